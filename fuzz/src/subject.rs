//! What is put to the test, in one place: with the feature `planted` a known defect takes its place, to see that it is found.

use std::{borrow::Cow, sync::Arc};

use orch_a2a::{InMemoryTransactions, TransactionStore};
use orch_auth::{Document, Form};

/// A document in a form.
pub fn write(form: Form, document: &Document<'_>) -> Option<Vec<u8>> {
    let written = form.write(document)?;
    #[cfg(feature = "planted")]
    let written = crate::planted::rewrite(written);
    Some(written)
}

/// The body as the reader of requests takes it.
pub fn read(body: &[u8]) -> Cow<'_, [u8]> {
    #[cfg(feature = "planted")]
    let body = crate::planted::reread(body);
    body.into()
}

/// What keeps transactions.
pub fn store() -> Arc<dyn TransactionStore> {
    let store = Arc::new(InMemoryTransactions::default());
    #[cfg(feature = "planted")]
    let store = crate::planted::store(store);
    store
}
