//! Brings the tables of a database up to date.

use orch_core::{StoreError, hex};
use sha2::{Digest, Sha256};

use super::{
    ConnectError, Dialect, Migration, SqlStore, Tx, Value,
    migrations::{MIGRATIONS, statements},
};

const APPLIED: &str = "CREATE TABLE IF NOT EXISTS orch_migrations (
    number BIGINT PRIMARY KEY,
    name TEXT NOT NULL,
    checksum TEXT NOT NULL,
    applied_at BIGINT NOT NULL
)";

/// Which of them a program that does not know them need not know.
const ADDITIVE: &str = "CREATE TABLE IF NOT EXISTS orch_additive_migrations (number BIGINT PRIMARY KEY)";

/// One migrates and the others wait, however long it takes. SQLite's writers are serial anyhow.
const POSTGRES_LOCK: [&str; 2] = [
    "SELECT set_config('lock_timeout', '0', true), set_config('statement_timeout', '0', true)",
    "SELECT pg_advisory_xact_lock(hashtext('orch_migrations'), hashtext(current_schema()))::text",
];

impl SqlStore {
    /// The migrations of this release, to be printed or reviewed.
    pub fn migrations() -> &'static [Migration] {
        MIGRATIONS
    }

    /// Applies the migrations that the database does not have yet, all or none, under a lock.
    ///
    /// [`connect`](Self::connect) does it already. A program of an older release may serve meanwhile, and start
    /// afterwards, where what it does not know [only adds](Migration::is_additive).
    ///
    /// # Errors
    ///
    /// [`ConnectError::Newer`] for a database that a later release has changed rather than added to, and
    /// [`ConnectError::Altered`] for one that had another migration of the same number.
    pub async fn migrate(&self) -> Result<(), ConnectError> {
        self.migrate_to(MIGRATIONS).await
    }

    pub(super) async fn migrate_to(&self, migrations: &'static [Migration]) -> Result<(), ConnectError> {
        self.write(migrations, |tx, migrations| Box::pin(apply(tx, migrations)))
            .await?
    }
}

/// The inner failure is about the database's history: nothing was changed then, so the unit may commit.
async fn apply(tx: &mut dyn Tx, migrations: &[Migration]) -> Result<Result<(), ConnectError>, StoreError> {
    let dialect = tx.dialect();
    if dialect == Dialect::Postgres {
        for sql in POSTGRES_LOCK {
            tx.query(sql, &[]).await?;
        }
    }
    tx.execute(APPLIED, &[]).await?;
    tx.execute(ADDITIVE, &[]).await?;
    let applied = match count_applied(tx, migrations).await? {
        Ok(applied) => applied,
        Err(refusal) => return Ok(Err(refusal)),
    };
    for migration in migrations.iter().skip(applied) {
        let sql = dialect.render(migration.sql);
        for statement in statements(&sql) {
            tx.execute(statement, &[]).await?;
        }
        let params = [
            migration.number.into(),
            migration.name.into(),
            checksum(migration.sql).into(),
            tx.now().await?.into(),
        ];
        let sql = "INSERT INTO orch_migrations (number, name, checksum, applied_at) VALUES (?1, ?2, ?3, ?4)";
        tx.execute(sql, &params).await?;
        if migration.is_additive() {
            let sql = "INSERT INTO orch_additive_migrations (number) VALUES (?1)";
            tx.execute(sql, &[migration.number.into()]).await?;
        }
    }
    Ok(Ok(()))
}

/// How many of the migrations the database has, which must be the first ones.
async fn count_applied(
    tx: &mut dyn Tx,
    migrations: &[Migration],
) -> Result<Result<usize, ConnectError>, StoreError> {
    let none: [Value<'_>; 0] = [];
    let rows = tx
        .query(
            "SELECT m.number, m.name, m.checksum, a.number AS additive FROM orch_migrations m \
             LEFT JOIN orch_additive_migrations a ON a.number = m.number ORDER BY m.number",
            &none,
        )
        .await?;
    for (position, row) in rows.iter().enumerate() {
        let row = row.of("orch_migrations");
        let number = row.integer("number")?;
        match migrations.get(position) {
            Some(known) if known.number == number => {
                if row.text("checksum")? != checksum(known.sql) {
                    return Ok(Err(ConnectError::Altered {
                        number,
                        name: known.name.to_owned(),
                    }));
                }
            }
            None if row.optional_integer("additive")?.is_some() => {
                tracing::warn!(
                    number,
                    "the database has a migration of a later release, which only adds"
                );
            }
            _ => {
                let name = row.text("name")?.to_owned();
                return Ok(Err(ConnectError::Newer { number, name }));
            }
        }
    }
    Ok(Ok(rows.len().min(migrations.len())))
}

fn checksum(sql: &str) -> String {
    hex::encode(&Sha256::digest(sql.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::{SqlStore, test_db};

    const FIRST: Migration = Migration {
        number: 1,
        name: "boats",
        sql: "-- Boats and their seals\n\
              CREATE TABLE boats (\n    id BIGINT PRIMARY KEY,\n    name TEXT {{ordered}},\n    seal {{bytes}}\n);\n\
              CREATE INDEX boats_by_name ON boats (name);\n\
              -- The end.\n",
    };
    const SECOND: Migration = Migration {
        number: 2,
        name: "crews",
        sql: "ALTER TABLE boats ADD COLUMN crew BIGINT;\n",
    };
    const ALTERED: Migration = Migration {
        sql: "CREATE TABLE boats (id TEXT);\n",
        ..FIRST
    };
    const UNFIT: Migration = Migration {
        number: 2,
        name: "unfit",
        sql: "DROP TABLE boats;\nDROP TABLE boats;\n",
    };

    async fn stores() -> Vec<SqlStore> {
        let stores = [Some(test_db::empty_sqlite()), test_db::empty_postgres().await];
        stores.into_iter().flatten().collect()
    }

    async fn n_rows(store: &SqlStore, sql: &'static str) -> Result<usize, StoreError> {
        store
            .read(sql, |tx, sql| {
                Box::pin(async move { Ok(tx.query(sql, &[]).await?.len()) })
            })
            .await
    }

    async fn n_applied(store: &SqlStore) -> usize {
        n_rows(store, "SELECT number FROM orch_migrations").await.unwrap()
    }

    #[tokio::test]
    async fn each_migration_is_applied_once() {
        for store in stores().await {
            store.migrate_to(&[FIRST]).await.unwrap();
            store.migrate_to(&[FIRST]).await.unwrap();
            assert_eq!(n_applied(&store).await, 1);
            store.migrate_to(&[FIRST, SECOND]).await.unwrap();
            assert_eq!(n_applied(&store).await, 2);
            assert_eq!(
                n_rows(&store, "SELECT id, name, seal, crew FROM boats")
                    .await
                    .unwrap(),
                0
            );
        }
    }

    #[tokio::test]
    async fn a_migration_that_fails_leaves_the_database_as_it_was() {
        for store in stores().await {
            store.migrate_to(&[FIRST]).await.unwrap();
            let outcome = store.migrate_to(&[FIRST, UNFIT]).await;
            assert!(matches!(outcome, Err(ConnectError::Store(_))), "{outcome:?}");
            assert_eq!(n_applied(&store).await, 1);
            assert_eq!(n_rows(&store, "SELECT id FROM boats").await.unwrap(), 0);
        }
    }

    #[tokio::test]
    async fn a_newer_database_that_was_only_added_to_is_served() {
        for store in stores().await {
            store.migrate_to(&[FIRST, SECOND]).await.unwrap();
            store.migrate_to(&[FIRST]).await.unwrap();
            assert_eq!(n_applied(&store).await, 2);
        }
    }

    #[tokio::test]
    async fn a_newer_database_is_refused() {
        const SECOND: Migration = Migration {
            sql: "ALTER TABLE boats RENAME COLUMN name TO title;\n",
            ..super::tests::SECOND
        };
        for store in stores().await {
            store.migrate_to(&[FIRST, SECOND]).await.unwrap();
            let refusal = store.migrate_to(&[FIRST]).await.unwrap_err();
            assert_eq!(
                refusal.to_string(),
                "the database has migration 2 (crews), which is newer than this program"
            );
        }
    }

    #[tokio::test]
    async fn an_altered_migration_is_refused() {
        for store in stores().await {
            store.migrate_to(&[FIRST]).await.unwrap();
            let refusal = store.migrate_to(&[ALTERED, SECOND]).await.unwrap_err();
            assert_eq!(
                refusal.to_string(),
                "migration 1 (boats) was applied to the database in another form"
            );
            assert_eq!(n_applied(&store).await, 1);
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn of_many_who_migrate_at_once_one_does_it() {
        for store in stores().await {
            let migrating = (0..6).map(|_| {
                let store = store.clone();
                tokio::spawn(async move { store.migrate_to(&[FIRST, SECOND]).await })
            });
            for done in futures_util::future::join_all(migrating).await {
                done.unwrap().unwrap();
            }
            assert_eq!(n_applied(&store).await, 2);
        }
    }

    #[test]
    fn statements_end_at_the_end_of_a_line() {
        let sql = "-- About; it\nINSERT INTO t VALUES ('a;b');\n\n-- The last\nDROP TABLE t;\n-- end\n";
        let found: Vec<&str> = statements(sql).collect();
        assert_eq!(
            found,
            [
                "-- About; it\nINSERT INTO t VALUES ('a;b');",
                "-- The last\nDROP TABLE t;"
            ]
        );
    }

    #[test]
    fn the_migrations_are_in_order_and_complete() {
        for (number, migration) in (1..).zip(MIGRATIONS) {
            assert_eq!(migration.number, number, "{}", migration.name);
            for dialect in [Dialect::Sqlite, Dialect::Postgres] {
                assert!(
                    !dialect.render(migration.sql).contains("{{"),
                    "{}",
                    migration.name
                );
            }
        }
    }
}
