use std::{
    borrow::Cow,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use orch::{
    Timestamp,
    backends::{
        ConnectError,
        sql::{BoxFuture, Dialect, Engine, Row, ServingLock, Tx, Unit, Value},
    },
};
use orch_core::{StoreError, event::Bell};

use crate::{Script, Statement, UnitScript};

/// An engine that writes down what is written through it.
#[derive(Clone, Debug)]
pub struct Recorder {
    engine: Arc<dyn Engine>,
    script: Arc<Mutex<Script>>,
}

impl Recorder {
    /// Records what is written to this engine from now on.
    pub fn of(engine: Arc<dyn Engine>) -> Self {
        Self {
            engine,
            script: Arc::default(),
        }
    }

    /// What was recorded since the last time.
    pub fn take(&self) -> Script {
        std::mem::take(&mut *self.script.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl Engine for Recorder {
    async fn write(&self, unit: Arc<dyn Unit>) -> Result<(), StoreError> {
        let script = self.script.clone();
        self.engine.write(Arc::new(RecordedUnit { unit, script })).await
    }

    async fn read(&self, unit: Arc<dyn Unit>) -> Result<(), StoreError> {
        self.engine.read(unit).await
    }

    fn dialect(&self) -> Dialect {
        self.engine.dialect()
    }

    fn is_exclusive(&self) -> bool {
        self.engine.is_exclusive()
    }

    fn serve(&self) -> Result<Option<ServingLock>, ConnectError> {
        self.engine.serve()
    }

    fn bell(&self) -> Option<Arc<dyn Bell>> {
        self.engine.bell()
    }
}

struct RecordedUnit {
    unit: Arc<dyn Unit>,
    script: Arc<Mutex<Script>>,
}

impl Unit for RecordedUnit {
    fn run<'t>(&'t self, tx: &'t mut dyn Tx) -> BoxFuture<'t, Result<(), StoreError>> {
        Box::pin(async move {
            let mut recording = RecordedTx {
                tx,
                statements: Vec::new(),
            };
            self.unit.run(&mut recording).await?;
            let unit = UnitScript {
                statements: recording.statements,
            };
            self.script
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .units
                .push(unit);
            Ok(())
        })
    }
}

struct RecordedTx<'t> {
    tx: &'t mut dyn Tx,
    statements: Vec<Statement>,
}

impl RecordedTx<'_> {
    fn note(&mut self, sql: &str, params: &[Value<'_>], is_query: bool, n_rows: u64) {
        let params = params.iter().map(owned).collect();
        self.statements.push(Statement {
            sql: sql.into(),
            params,
            is_query,
            n_rows,
        });
    }
}

#[async_trait]
impl Tx for RecordedTx<'_> {
    async fn execute(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64, StoreError> {
        let n_rows = self.tx.execute(sql, params).await?;
        self.note(sql, params, false, n_rows);
        Ok(n_rows)
    }

    async fn query(&mut self, sql: &str, params: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        let rows = self.tx.query(sql, params).await?;
        self.note(sql, params, true, rows.len() as u64);
        Ok(rows)
    }

    async fn now(&mut self) -> Result<Timestamp, StoreError> {
        self.tx.now().await
    }

    fn dialect(&self) -> Dialect {
        self.tx.dialect()
    }
}

fn owned(value: &Value<'_>) -> Value<'static> {
    match value {
        Value::Null => Value::Null,
        Value::Integer(integer) => Value::Integer(*integer),
        Value::Real(real) => Value::Real(*real),
        Value::Text(text) => Value::Text(Cow::Owned(text.to_string())),
        Value::Bytes(bytes) => Value::Bytes(Cow::Owned(bytes.to_vec())),
    }
}
