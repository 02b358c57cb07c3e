//! Many rows in few statements.

use std::fmt::Write;

use orch_core::StoreError;

use super::{Tx, Value};

/// How many rows a statement takes: few sizes, so that few texts are prepared.
const CHUNKS: [usize; 5] = [64, 16, 4, 2, 1];

/// Inserts rows; how many were inserted. `into` names the table and its columns, as in `INSERT INTO t (a, b)`, and
/// `conflict` is what to do about those that exist, or empty.
pub(super) async fn insert<const N: usize>(
    tx: &mut dyn Tx,
    into: &str,
    conflict: &str,
    rows: &[[Value<'_>; N]],
) -> Result<u64, StoreError> {
    let mut inserted = 0;
    let mut rest = rows;
    for size in CHUNKS {
        if rest.len() < size {
            continue;
        }
        let sql = text::<N>(into, size, conflict);
        while let Some((chunk, others)) = rest.split_at_checked(size) {
            inserted += tx.execute(&sql, chunk.as_flattened()).await?;
            rest = others;
        }
    }
    Ok(inserted)
}

/// `INSERT INTO t (a, b) VALUES (?1, ?2), (?3, ?4) ON CONFLICT DO NOTHING`.
fn text<const N: usize>(into: &str, size: usize, conflict: &str) -> String {
    let mut sql = String::with_capacity(into.len() + conflict.len() + size * (N * 6 + 2) + 10);
    sql.push_str(into);
    sql.push_str(" VALUES ");
    for number in 1..=size * N {
        sql.push_str(match (number, number % N) {
            (1, _) => "(?",
            (_, 1) => "), (?",
            _ if N == 1 => "), (?",
            _ => ", ?",
        });
        // Writing to a string does not fail.
        let _ = write!(sql, "{number}");
    }
    sql.push_str(") ");
    sql.push_str(conflict);
    sql
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_count_on_through_the_rows() {
        let sql = text::<3>("INSERT INTO t (a, b, c)", 2, "ON CONFLICT DO NOTHING");
        assert_eq!(
            sql,
            "INSERT INTO t (a, b, c) VALUES (?1, ?2, ?3), (?4, ?5, ?6) ON CONFLICT DO NOTHING"
        );
        assert_eq!(
            text::<1>("INSERT INTO t (a)", 2, ""),
            "INSERT INTO t (a) VALUES (?1), (?2) "
        );
    }
}
