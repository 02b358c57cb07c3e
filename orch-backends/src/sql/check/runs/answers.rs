use std::collections::HashMap;

use orch_core::{Amount, InvocationId, StoreError};
use serde::Deserialize;

use super::Violation;
use crate::sql::{Row, Tx, Value, check::MAX_VIOLATIONS};

const LAW: &str = "an answer that counts costs what was paid for it";

/// How many answers are looked at together; each may be long.
const PAGE: usize = 32;

/// What an answer's event says of money.
#[derive(Deserialize)]
struct Answer {
    invocation: InvocationId,
    cost: Amount,
}

/// Compares each answer of an ended run with the hold that bears its id.
pub(super) async fn check(tx: &mut dyn Tx, violations: &mut Vec<Violation>) -> Result<(), StoreError> {
    let sql = "SELECT e.stream, e.seq, e.data FROM orch_events e JOIN orch_runs r ON r.id = e.stream \
               WHERE e.kind IN ('step_succeeded', 'synthesized') AND r.phase = 'ended' \
               AND (e.stream > ?1 OR (e.stream = ?1 AND e.seq > ?2)) ORDER BY e.stream, e.seq LIMIT ?3";
    let (mut stream, mut seq) = (String::new(), 0_i64);
    let mut n_found = 0;
    loop {
        let values = [stream.as_str().into(), seq.into(), Value::Integer(PAGE as i64)];
        let page = tx.query(sql, &values).await?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        seq = last.of("orch_events").integer("seq")?;
        last.of("orch_events").text("stream")?.clone_into(&mut stream);
        for violation in compare(tx, &page).await? {
            if n_found == MAX_VIOLATIONS {
                return Ok(());
            }
            n_found += 1;
            violations.push(violation);
        }
    }
}

async fn compare(tx: &mut dyn Tx, page: &[Row]) -> Result<Vec<Violation>, StoreError> {
    let mut answers = Vec::with_capacity(page.len());
    for row in page {
        let row = row.of("orch_events");
        let place = format!("{}/{}", row.text("stream")?, row.integer("seq")?);
        answers.push((place, serde_json::from_str::<Answer>(row.text("data")?)));
    }
    let holds = answers.iter().map(|(_, answer)| match answer {
        Ok(answer) => Value::text(format_args!("hold_{}", answer.invocation.uuid().simple())),
        Err(_) => Value::from(""),
    });
    // Always as many, so that one text is prepared.
    let holds: Vec<Value<'_>> = holds
        .chain(std::iter::repeat(Value::from("")))
        .take(PAGE)
        .collect();
    let places: Vec<String> = (1..=PAGE).map(|place| format!("?{place}")).collect();
    let sql = format!(
        "SELECT id, state, captured, currency FROM orch_holds WHERE id IN ({})",
        places.join(", ")
    );
    let mut paid = HashMap::new();
    for row in tx.query(&sql, &holds).await? {
        let row = row.of("orch_holds");
        let amount = Amount::new(row.integer("captured")?, row.parse("currency")?).ok();
        paid.insert(
            row.text("id")?.to_owned(),
            (row.text("state")?.to_owned(), amount),
        );
    }
    let mut violations = Vec::new();
    for (row, answer) in answers {
        let detail = match answer {
            Err(error) => error.to_string(),
            Ok(answer) => match paid.get(&format!("hold_{}", answer.invocation.uuid().simple())) {
                Some((_, amount)) if *amount == Some(answer.cost) => continue,
                Some((state, amount)) => {
                    let amount = amount.map_or("nothing".to_owned(), |amount| amount.to_string());
                    format!("it costs {}, and the hold is {state} with {amount}", answer.cost)
                }
                None => format!("it costs {}, and there is no hold", answer.cost),
            },
        };
        violations.push(Violation {
            law: LAW,
            row,
            detail,
        });
    }
    Ok(violations)
}
