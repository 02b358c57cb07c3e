//! Many rows in few statements.

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
        let tuples: Vec<String> = (0..size).map(tuple::<N>).collect();
        let sql = format!("{into} VALUES {} {conflict}", tuples.join(", "));
        while let Some((chunk, others)) = rest.split_at_checked(size) {
            inserted += tx.execute(&sql, chunk.as_flattened()).await?;
            rest = others;
        }
    }
    Ok(inserted)
}

/// `(?4, ?5, ?6)` for the second row of three columns.
fn tuple<const N: usize>(row: usize) -> String {
    let places: Vec<String> = (1..=N).map(|column| format!("?{}", row * N + column)).collect();
    format!("({})", places.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_count_on_through_the_rows() {
        assert_eq!(tuple::<2>(0), "(?1, ?2)");
        assert_eq!(tuple::<3>(1), "(?4, ?5, ?6)");
    }
}
