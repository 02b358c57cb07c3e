//! The one store behind every store port.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use futures_util::future::BoxFuture;
use orch_core::{
    StoreError,
    event::{Bell, News},
};

use super::{ConnectError, Engine, Options, ServingLock, Tx, Unit, auth::PartiesAtHand, telemetry};

/// Keeps everything in an SQL database: it implements the store port of every domain crate.
#[derive(Clone, Debug)]
pub struct SqlStore {
    engine: Arc<dyn Engine>,
    parties: PartiesAtHand,
}

impl SqlStore {
    /// A store on an engine of the host's making; call [`migrate`](Self::migrate) before using it.
    pub fn new(engine: impl Engine) -> Self {
        Self::from(Arc::new(engine) as Arc<dyn Engine>)
    }

    /// Opens `sqlite://path` or `postgres://...` and brings its tables up to date.
    ///
    /// `sqlite://orch.db` is relative to the working directory, `sqlite:///var/orch.db` is not; the file is made if
    /// need be. `sqlite::memory:` keeps everything in memory, gone with the store.
    pub async fn connect(url: &str, options: Options) -> Result<Self, ConnectError> {
        let store = match url.split_once(':') {
            Some(("sqlite", _)) => sqlite(url, &options)?,
            Some(("postgres" | "postgresql", _)) => postgres(url, &options).await?,
            Some((scheme, _)) => {
                return Err(ConnectError::Unsupported {
                    scheme: scheme.to_owned(),
                });
            }
            None => {
                return Err(ConnectError::invalid(
                    "expected sqlite://path or postgres://host/database",
                ));
            }
        };
        store.migrate().await?;
        Ok(store)
    }

    /// A store in memory, gone when it is dropped.
    #[cfg(feature = "sqlite")]
    pub async fn in_memory() -> Result<Self, ConnectError> {
        Self::connect("sqlite::memory:", Options::default()).await
    }

    /// Runs a unit of work that writes, and returns its output once it is durable.
    ///
    /// The unit borrows its input, because it may be run again and because it may outlive the caller:
    ///
    /// ```
    /// # use orch_backends::{SqlStore, sql::Value};
    /// # async fn rename(store: &SqlStore, id: String, name: String) -> Result<bool, orch_core::StoreError> {
    /// store
    ///     .write((id, name), |tx, (id, name)| {
    ///         Box::pin(async move {
    ///             let sql = "UPDATE boats SET name = ?2 WHERE id = ?1";
    ///             Ok(tx.execute(sql, &[id.into(), name.into()]).await? == 1)
    ///         })
    ///     })
    ///     .await
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// What the unit returned, or why it could not be committed: then nothing of it remains. Only when the connection
    /// to PostgreSQL breaks during the commit is [`StoreError::Unavailable`] no proof of that.
    pub async fn write<I, T, F>(&self, input: I, unit: F) -> Result<T, StoreError>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
        F: for<'t> Fn(&'t mut dyn Tx, &'t I) -> BoxFuture<'t, Result<T, StoreError>> + Send + Sync + 'static,
    {
        let work = Arc::new(Work {
            unit,
            input,
            output: Mutex::new(None),
        });
        let began = Instant::now();
        let written = self.engine.write(work.clone()).await;
        telemetry::done(self.engine.dialect(), "write", began.elapsed(), &written);
        written?;
        work.output()
    }

    /// Runs a unit of work that only reads. It is kept short: SQLite runs it on the thread of the caller.
    ///
    /// # Errors
    ///
    /// What the unit returned, or why it could not be run.
    pub async fn read<I, T, F>(&self, input: I, unit: F) -> Result<T, StoreError>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
        F: for<'t> Fn(&'t mut dyn Tx, &'t I) -> BoxFuture<'t, Result<T, StoreError>> + Send + Sync + 'static,
    {
        let work = Arc::new(Work {
            unit,
            input,
            output: Mutex::new(None),
        });
        let began = Instant::now();
        let read = self.engine.read(work.clone()).await;
        telemetry::done(self.engine.dialect(), "read", began.elapsed(), &read);
        read?;
        work.output()
    }

    /// Takes the leave to serve this database; see [`Engine::serve`].
    ///
    /// # Errors
    ///
    /// [`ConnectError::Served`] while another process holds it.
    pub fn serve(&self) -> Result<Option<ServingLock>, ConnectError> {
        self.engine.serve()
    }

    /// Whether one process alone may serve this database; see [`Engine::is_exclusive`].
    pub fn is_exclusive(&self) -> bool {
        self.engine.is_exclusive()
    }

    /// What carries news to the other processes that share this database; see [`Engine::bell`].
    pub fn bell(&self) -> Option<Arc<dyn Bell>> {
        self.engine.bell()
    }

    /// Tells the other processes of what is durable now.
    pub(super) fn ring(&self, news: impl IntoIterator<Item = News>) {
        if let Some(bell) = self.engine.bell() {
            news.into_iter().for_each(|news| bell.ring(news));
        }
    }

    pub(super) fn parties(&self) -> &PartiesAtHand {
        &self.parties
    }

    /// The engine beneath, to be shared or decorated.
    pub fn engine(&self) -> &Arc<dyn Engine> {
        &self.engine
    }
}

impl From<Arc<dyn Engine>> for SqlStore {
    fn from(engine: Arc<dyn Engine>) -> Self {
        Self {
            engine,
            parties: PartiesAtHand::default(),
        }
    }
}

#[cfg(feature = "sqlite")]
fn sqlite(url: &str, options: &Options) -> Result<SqlStore, ConnectError> {
    super::SqliteEngine::connect(url, options).map(SqlStore::new)
}

#[cfg(not(feature = "sqlite"))]
fn sqlite(_: &str, _: &Options) -> Result<SqlStore, ConnectError> {
    Err(ConnectError::Unsupported {
        scheme: "sqlite".to_owned(),
    })
}

#[cfg(feature = "postgres")]
async fn postgres(url: &str, options: &Options) -> Result<SqlStore, ConnectError> {
    super::PostgresEngine::connect(url, options)
        .await
        .map(SqlStore::new)
}

#[cfg(not(feature = "postgres"))]
async fn postgres(_: &str, _: &Options) -> Result<SqlStore, ConnectError> {
    Err(ConnectError::Unsupported {
        scheme: "postgres".to_owned(),
    })
}

/// A closure with its input, and the place its output is left in, since an engine knows no type of output.
struct Work<I, T, F> {
    unit: F,
    input: I,
    output: Mutex<Option<T>>,
}

impl<I, T, F> Work<I, T, F> {
    fn output(&self) -> Result<T, StoreError> {
        let mut output = self.output.lock().unwrap_or_else(PoisonError::into_inner);
        output
            .take()
            .ok_or_else(|| StoreError::Broken("the engine did not run the unit of work".into()))
    }
}

impl<I, T, F> Unit for Work<I, T, F>
where
    I: Send + Sync + 'static,
    T: Send + 'static,
    F: for<'t> Fn(&'t mut dyn Tx, &'t I) -> BoxFuture<'t, Result<T, StoreError>> + Send + Sync + 'static,
{
    fn run<'t>(&'t self, tx: &'t mut dyn Tx) -> BoxFuture<'t, Result<(), StoreError>> {
        Box::pin(async move {
            let output = (self.unit)(tx, &self.input).await?;
            *self.output.lock().unwrap_or_else(PoisonError::into_inner) = Some(output);
            Ok(())
        })
    }
}
