//! Faults of single statements.

use std::{
    collections::HashSet,
    sync::{LazyLock, Mutex},
};

use async_trait::async_trait;
use orch_backends::{
    SqlStore,
    sql::{Dialect, Row, Tx, Value},
};
use orch_core::{StoreError, Timestamp};

use super::{Fault, unit::broken};

/// A transaction with a fault.
pub(super) struct FaultyTx<'t> {
    pub(super) tx: &'t mut dyn Tx,
    pub(super) fault: Fault,
    pub(super) has_created: bool,
}

impl FaultyTx<'_> {
    fn alter<'v>(&self, sql: &str, params: &[Value<'v>]) -> (String, Vec<Value<'v>>) {
        let (mut sql, mut params) = (sql.to_owned(), params.to_vec());
        match self.fault {
            Fault::NumbersByAppearance => sql = by_appearance(&sql),
            Fault::DropsSurplusParameters => params.truncate(sql.matches('?').count()),
            Fault::CutsTexts => change_texts(&mut params, |text| {
                text.pop();
            }),
            Fault::DropsNuls => change_texts(&mut params, |text| text.retain(|c| c != '\0')),
            Fault::SortsByLetter => sql = sql.replace("ORDER BY name", "ORDER BY lower(name)"),
            Fault::HidesItsOwnWrites => sql = sql.replace("FROM law_rows", "FROM law_rows WHERE n < 0"),
            Fault::FailsWithoutFailing if sql.starts_with("INSERT") => sql += " ON CONFLICT DO NOTHING",
            _ => {}
        }
        (sql, params)
    }
}

#[async_trait]
impl Tx for FaultyTx<'_> {
    async fn execute(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64, StoreError> {
        self.has_created |= sql.starts_with("CREATE");
        let (sql, params) = self.alter(sql, params);
        match (self.fault, self.tx.execute(&sql, &params).await?) {
            (Fault::CountsRowsAsOne, n_rows) => Ok(n_rows.min(1)),
            (Fault::FailsWithoutFailing, 0) if sql.starts_with("INSERT") => Err(broken("the id is taken")),
            (_, n_rows) => Ok(n_rows),
        }
    }

    async fn query(&mut self, sql: &str, params: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        static TEXTS: LazyLock<Mutex<HashSet<String>>> = LazyLock::new(Mutex::default);
        let (sql, params) = self.alter(sql, params);
        if self.fault == Fault::TiresOfTexts {
            let mut texts = TEXTS.lock().unwrap();
            texts.insert(sql.clone());
            if texts.len() > 1_000 {
                return Err(broken("too many prepared statements"));
            }
        }
        self.tx.query(&sql, &params).await
    }

    async fn now(&mut self) -> Result<Timestamp, StoreError> {
        static ASKED: Mutex<i64> = Mutex::new(0);
        if self.fault == Fault::TurnsBackTheClock {
            let mut asked = ASKED.lock().unwrap();
            *asked += 1;
            return Ok(Timestamp::from_millis(-*asked));
        }
        self.tx.now().await
    }

    fn dialect(&self) -> Dialect {
        self.tx.dialect()
    }
}

/// Each statement is a unit of its own.
pub(super) struct OneByOne(pub(super) SqlStore);

#[async_trait]
impl Tx for OneByOne {
    async fn execute(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64, StoreError> {
        let statement = (sql.to_owned(), owned(params));
        let done = self.0.write(statement, |tx, (sql, params)| {
            Box::pin(async move { tx.execute(sql, params).await })
        });
        done.await
    }

    async fn query(&mut self, sql: &str, params: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        let statement = (sql.to_owned(), owned(params));
        let done = self.0.write(statement, |tx, (sql, params)| {
            Box::pin(async move { tx.query(sql, params).await })
        });
        done.await
    }

    async fn now(&mut self) -> Result<Timestamp, StoreError> {
        self.0
            .write((), |tx, ()| Box::pin(async move { tx.now().await }))
            .await
    }

    fn dialect(&self) -> Dialect {
        self.0.engine().dialect()
    }
}

fn owned(params: &[Value<'_>]) -> Vec<Value<'static>> {
    let owned = params.iter().map(|value| match value {
        Value::Null => Value::Null,
        Value::Integer(integer) => Value::Integer(*integer),
        Value::Real(real) => Value::Real(*real),
        Value::Text(text) => text.to_string().into(),
        Value::Bytes(bytes) => bytes.to_vec().into(),
    });
    owned.collect()
}

fn change_texts(params: &mut [Value<'_>], change: impl Fn(&mut String)) {
    for param in params {
        if let Value::Text(text) = param {
            change(text.to_mut());
        }
    }
}

/// As SQLite numbers `$2` and `$1`.
fn by_appearance(sql: &str) -> String {
    let mut numbers = Vec::new();
    let mut parts = sql.split('?');
    let mut renumbered = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
        let (number, rest) = part.split_at(end);
        let position = numbers
            .iter()
            .position(|known| *known == number)
            .unwrap_or_else(|| {
                numbers.push(number);
                numbers.len() - 1
            });
        renumbered += &format!("?{}{rest}", position + 1);
    }
    renumbered
}
