//! A PostgreSQL schema of its own.

use std::thread;

use tokio_postgres::NoTls;

use super::Options;
use crate::sql::{ConnectError, PostgresEngine};

/// Connections of one test. Many tests run at once, on a server that may allow a hundred in all.
const CONNECTIONS: usize = 4;

/// A schema, dropped when this is.
#[derive(Debug)]
pub(super) struct Schema {
    url: String,
    name: String,
}

impl Drop for Schema {
    fn drop(&mut self) {
        let (url, name) = (self.url.clone(), self.name.clone());
        // The test's own runtime may be ending.
        let dropped = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .ok()?;
            runtime.block_on(drop_schema(&url, &name)).ok()
        });
        // What is left behind bothers nobody.
        let _ = dropped.join();
    }
}

pub(super) async fn open(url: String, name: String) -> Result<(PostgresEngine, Schema), ConnectError> {
    let engine = PostgresEngine::connect(&url, &options(&name)).await?;
    Ok((engine, Schema { url, name }))
}

pub(super) async fn open_twice(
    url: String,
    name: String,
) -> Result<([PostgresEngine; 2], Schema), ConnectError> {
    let second = PostgresEngine::connect(&url, &options(&name)).await?;
    let (first, schema) = open(url, name).await?;
    Ok(([first, second], schema))
}

fn options(schema: &str) -> Options {
    Options {
        connections: CONNECTIONS,
        schema: schema.to_owned(),
        ..Options::default()
    }
}

async fn drop_schema(url: &str, name: &str) -> Result<(), tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    let connection = tokio::spawn(connection);
    let dropped = client
        .batch_execute(&format!("SET lock_timeout = '5s'; DROP SCHEMA {name} CASCADE"))
        .await;
    connection.abort();
    dropped
}
