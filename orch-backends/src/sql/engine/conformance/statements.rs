//! Laws of statements: what goes in and what comes out.

use orch_core::StoreError;

use super::{INSERT, count, create, create_rows, rows};
use crate::sql::{SqlStore, Value};

/// `?1` is the first parameter wherever it stands, and however often.
pub async fn parameters_bind_by_their_number(store: SqlStore) {
    create(&store, "CREATE TABLE law_words (a TEXT, b TEXT, c TEXT)").await;
    store
        .write((), |tx, ()| {
            Box::pin(async move {
                let sql = "INSERT INTO law_words (b, a, c) VALUES (?2, ?1, ?2)";
                tx.execute(sql, &["first".into(), "second".into()]).await?;
                // With texts that look like placeholders, and each number out of its order.
                let sql = "UPDATE law_words SET c = c || '?1' || CAST(?3 AS TEXT) WHERE b = ?2 AND a = ?1";
                tx.execute(sql, &["first".into(), "second".into(), "third".into()])
                    .await
            })
        })
        .await
        .unwrap();
    let rows = rows(&store, "SELECT a, b, c FROM law_words").await;
    let row = rows[0].of("law_words");
    assert_eq!(row.text("a").unwrap(), "first");
    assert_eq!(row.text("b").unwrap(), "second");
    assert_eq!(row.text("c").unwrap(), "second?1third");
}

/// Neither too few parameters nor too many.
pub async fn parameters_of_the_wrong_number_are_refused(store: SqlStore) {
    create_rows(&store).await;
    for n_params in [0, 1, 3] {
        let outcome = store
            .write(n_params, |tx, n_params| {
                Box::pin(async move {
                    tx.execute(INSERT, &[Value::Integer(1), 2.into(), 3.into()][..*n_params])
                        .await
                })
            })
            .await;
        assert!(
            matches!(outcome, Err(StoreError::Broken(_))),
            "{n_params}: {outcome:?}"
        );
    }
    assert_eq!(count(&store).await, 0);
}

/// Every portable type, with its extremes.
pub async fn values_come_back_as_they_went(store: SqlStore) {
    let bytes = store.engine().dialect().bytes();
    create(
        &store,
        &format!("CREATE TABLE law_values (k BIGINT, i BIGINT, r DOUBLE PRECISION, t TEXT, b {bytes})"),
    )
    .await;
    let large = "größer als eine Seite 🚢 ".repeat(40_000);
    let blob: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let wanted: Vec<[Value<'static>; 4]> = vec![
        [Value::Null, Value::Null, Value::Null, Value::Null],
        [i64::MIN.into(), f64::MIN.into(), "".into(), Vec::new().into()],
        [
            i64::MAX.into(),
            f64::MIN_POSITIVE.into(),
            large.into(),
            blob.into(),
        ],
        [
            (-1_i64).into(),
            f64::INFINITY.into(),
            "it's \"?1\" $1 \u{1}\u{feff}日本".into(),
            vec![0, 0].into(),
        ],
        [0_i64.into(), 2.0.into(), "2".into(), b"2".to_vec().into()],
    ];
    let rows = store
        .write(wanted.clone(), |tx, wanted| {
            Box::pin(async move {
                for (key, [i, r, t, b]) in (0_i64..).zip(wanted) {
                    let sql = "INSERT INTO law_values (k, i, r, t, b) VALUES (?1, ?2, ?3, ?4, ?5)";
                    tx.execute(sql, &[key.into(), i.clone(), r.clone(), t.clone(), b.clone()])
                        .await?;
                }
                tx.query("SELECT i, r, t, b FROM law_values ORDER BY k", &[])
                    .await
            })
        })
        .await
        .unwrap();
    for (row, wanted) in rows.iter().zip(&wanted) {
        let row = row.of("law_values");
        let found: [Value<'_>; 4] = [
            row.optional_integer("i").unwrap().into(),
            row.optional_real("r").unwrap().into(),
            row.optional_text("t").unwrap().into(),
            row.optional_bytes("b").unwrap().into(),
        ];
        assert!(found == *wanted, "{found:.80?} is not {wanted:.80?}");
    }
    assert_eq!(rows.len(), wanted.len());
}

/// A NUL character in a text, and a float that is not a number.
pub async fn what_one_engine_cannot_keep_none_keeps(store: SqlStore) {
    create(&store, "CREATE TABLE law_limits (t TEXT, r DOUBLE PRECISION)").await;
    for params in [[Value::from("a\0b"), Value::Null], [Value::Null, f64::NAN.into()]] {
        let outcome = store
            .write(params, |tx, params| {
                Box::pin(async move {
                    tx.execute("INSERT INTO law_limits (t, r) VALUES (?1, ?2)", params)
                        .await
                })
            })
            .await;
        assert!(matches!(outcome, Err(StoreError::Broken(_))), "{outcome:?}");
    }
}

/// As Rust sorts strings, whatever the language of the server.
pub async fn text_sorts_by_its_bytes(store: SqlStore) {
    let ordered = store.engine().dialect().ordered();
    create(&store, &format!("CREATE TABLE law_names (name TEXT {ordered})")).await;
    let mut names: Vec<String> = ["b", "B", "a", "_", "é", "ab", "a b", "Z", "0"]
        .map(str::to_owned)
        .into();
    store
        .write(names.clone(), |tx, names| {
            Box::pin(async move {
                for name in names {
                    tx.execute("INSERT INTO law_names (name) VALUES (?1)", &[name.into()])
                        .await?;
                }
                Ok(())
            })
        })
        .await
        .unwrap();
    names.sort();
    let rows = rows(&store, "SELECT name FROM law_names ORDER BY name").await;
    let found: Vec<&str> = rows
        .iter()
        .map(|row| row.of("law_names").text("name").unwrap())
        .collect();
    assert_eq!(found, names);
}

/// A write counts the rows it found, even those that it left as they were.
pub async fn rows_are_counted_when_they_match(store: SqlStore) {
    create_rows(&store).await;
    let counts = store
        .write((), |tx, ()| {
            Box::pin(async move {
                let mut counts = Vec::new();
                for sql in [
                    "INSERT INTO law_rows (id, n) VALUES (1, 1), (2, 1), (3, 5)",
                    "INSERT INTO law_rows (id, n) VALUES (3, 3), (4, 4) ON CONFLICT DO NOTHING",
                    "UPDATE law_rows SET n = 1 WHERE n = 1",
                    "UPDATE law_rows SET n = 7 WHERE n = 6",
                    "DELETE FROM law_rows WHERE id > 2",
                ] {
                    counts.push(tx.execute(sql, &[]).await?);
                }
                Ok(counts)
            })
        })
        .await
        .unwrap();
    assert_eq!(counts, [3, 1, 2, 0, 2]);
}

/// And what a write returns, a query finds.
pub async fn a_unit_sees_its_own_writes(store: SqlStore) {
    create_rows(&store).await;
    let (returned, found) = store
        .write((), |tx, ()| {
            Box::pin(async move {
                tx.execute(INSERT, &[1_i64.into(), 1_i64.into()]).await?;
                let sql = "UPDATE law_rows SET n = n + ?2 WHERE id = ?1 RETURNING n";
                let returned = tx.query(sql, &[1_i64.into(), 41_i64.into()]).await?;
                let found = tx.query("SELECT n FROM law_rows", &[]).await?;
                Ok((returned, found))
            })
        })
        .await
        .unwrap();
    assert_eq!(returned[0].of("law_rows").integer("n").unwrap(), 42);
    assert_eq!(returned, found);
}
