use std::{collections::HashMap, sync::Arc};

use orch::{
    OsEntropy, RunId, Timestamp,
    backends::{SqlStore, sql::Value},
};

/// Statements as they were sent to a database, unit of work by unit of work.
#[derive(Clone, Debug, Default)]
pub struct Script {
    /// The units, in the order in which they were done.
    pub units: Vec<UnitScript>,
}

/// The statements of one unit of work.
#[derive(Clone, Debug)]
pub struct UnitScript {
    /// In their order.
    pub statements: Vec<Statement>,
}

/// A statement with its parameters.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Its text.
    pub sql: Arc<str>,
    /// Its parameters.
    pub params: Vec<Value<'static>>,
    /// Whether it yields rows.
    pub is_query: bool,
    /// How many rows it yielded or changed.
    pub n_rows: u64,
}

impl UnitScript {
    /// Whether one of its statements begins like this.
    pub fn does(&self, sql: &str) -> bool {
        self.statements
            .iter()
            .any(|statement| statement.sql.starts_with(sql))
    }
}

impl Script {
    /// The same at another time: with other ids of runs, invocations and holds.
    ///
    /// Ids sort by their time, and what is near in time is near on the disk, so `place` says as the how manieth of its kind
    /// the script is done. All that have the same place are done side by side.
    #[must_use]
    pub fn renamed(&self, place: usize) -> Self {
        let mut names = HashMap::new();
        let mut script = self.clone();
        let n_units = script.units.len();
        for (nth, unit) in script.units.iter_mut().enumerate() {
            let millis = i64::try_from(place * n_units + nth).unwrap_or(i64::MAX);
            let values = unit
                .statements
                .iter_mut()
                .flat_map(|statement| &mut statement.params);
            for value in values {
                if let Value::Text(text) = value {
                    rename(text.to_mut(), Timestamp::from_millis(millis), &mut names);
                }
            }
        }
        script
    }
}

impl Script {
    /// The same with another text wherever this one stands.
    #[must_use]
    pub fn replaced(mut self, from: &str, to: &str) -> Self {
        for value in self.values_mut() {
            if let Value::Text(text) = value
                && text.contains(from)
            {
                *text = text.replace(from, to).into();
            }
        }
        self
    }

    /// The parameters of all its statements.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Value<'static>> {
        let statements = self.units.iter_mut().flat_map(|unit| &mut unit.statements);
        statements.flat_map(|statement| &mut statement.params)
    }
}

/// How many hexadecimal digits an id has.
const DIGITS: usize = 32;

/// Puts a new id in the place of each id of a run, an invocation or a hold; the same for the same.
fn rename(text: &mut String, at: Timestamp, names: &mut HashMap<String, String>) {
    for prefix in ["run_", "inv_", "hold_"] {
        let mut from = 0;
        while let Some(found) = text.get(from..).and_then(|rest| rest.find(prefix)) {
            let start = from + found + prefix.len();
            from = start;
            let Some(id) = text.get(start..start + DIGITS) else {
                continue;
            };
            if id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                let fresh = || RunId::generate(at, &OsEntropy).uuid().simple().to_string();
                let name = names.entry(id.to_owned()).or_insert_with(fresh);
                text.replace_range(start..start + DIGITS, name);
            }
        }
    }
}

/// Does a unit of work again, as one.
///
/// # Errors
///
/// The store fails, or a statement does not do what it did when it was recorded.
pub async fn play(store: &SqlStore, unit: UnitScript) -> crate::Outcome<()> {
    let done = store.write(unit, |tx, unit| {
        Box::pin(async move {
            for Statement {
                sql,
                params,
                is_query,
                n_rows,
            } in &unit.statements
            {
                let n_now = match is_query {
                    true => tx.query(sql, params).await?.len() as u64,
                    false => tx.execute(sql, params).await?,
                };
                if n_now != *n_rows {
                    return Ok(Err(format!("{n_now} rows instead of {n_rows}: {sql}")));
                }
            }
            Ok(Ok(()))
        })
    });
    Ok(done.await??)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_id_gets_the_same_new_name_everywhere() {
        let (one, other) = ("0".repeat(DIGITS), "f".repeat(DIGITS));
        let mut names = HashMap::new();
        let mut text = format!("capture/hold_{one} inv_{other}, agent_{one} run_{one} run_short");
        rename(&mut text, Timestamp::from_millis(0), &mut names);
        assert_eq!(names.len(), 2);
        let (one_now, other_now) = (&names[&one], &names[&other]);
        assert_eq!(
            text,
            format!("capture/hold_{one_now} inv_{other_now}, agent_{one} run_{one_now} run_short")
        );
    }
}
