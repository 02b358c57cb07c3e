//! An engine whose database ends with it.

use std::{fmt, path::Path, sync::Arc};

use async_trait::async_trait;
use orch_core::{StoreError, event::Bell};

use crate::sql::{BackupError, ConnectError, Dialect, Engine, ServingLock, Unit};

/// An engine, and then what removes its database when dropped.
#[derive(Debug)]
pub(super) struct Disposable<E, R> {
    engine: E,
    _remains: R,
}

impl<E, R> Disposable<E, R> {
    pub(super) fn new(engine: E, remains: R) -> Self {
        Self {
            engine,
            _remains: remains,
        }
    }
}

#[async_trait]
impl<E: Engine, R: fmt::Debug + Send + Sync + 'static> Engine for Disposable<E, R> {
    async fn write(&self, unit: Arc<dyn Unit>) -> Result<(), StoreError> {
        self.engine.write(unit).await
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

    async fn backup(&self, file: &Path) -> Result<(), BackupError> {
        self.engine.backup(file).await
    }

    fn bell(&self) -> Option<Arc<dyn Bell>> {
        self.engine.bell()
    }
}
