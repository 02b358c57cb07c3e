//! What a request goes by, so that a repeated one is known.

use std::time::Duration;

use sha2::{Digest, Sha256};

use super::{Delivery, Signed, Transactions, Walk};
use crate::{directory::Service, store::Name};

/// What a request goes by.
#[derive(Debug)]
pub(super) struct Names {
    pub(super) first: Name,
    /// Looked for where nothing goes by the first.
    pub(super) second: Option<Name>,
}

impl Names {
    fn of(name: Name) -> Self {
        Self {
            first: name,
            second: None,
        }
    }
}

impl Transactions {
    /// What a request goes by: the id that was signed, its signature where the service wants that, its key, the transaction
    /// that it repeats, or a new id. Where it goes by its signature, it goes by what follows as well.
    pub(super) fn names(&self, signed: &Signed<'_>, service: Option<&Service>, walk: &mut Walk) -> Names {
        let asked = &signed.asked;
        if let Some(id) = &asked.id {
            return Names::of(Name::Id(id.clone()));
        }
        let window = service.map_or(Duration::ZERO, |service| service.replay_window);
        let name = self.name(signed, walk);
        if window.is_zero() {
            return Names::of(name);
        }
        Names {
            first: Name::Signature(signed.digest, self.0.clock.now() - window),
            second: Some(name),
        }
    }

    /// The key of a request, the transaction that it repeats, or a new id.
    fn name(&self, signed: &Signed<'_>, walk: &mut Walk) -> Name {
        let Self(shared) = self;
        let asked = &signed.asked;
        if let Some(key) = &asked.key {
            return Name::Key(key.clone());
        }
        let body = Sha256::new()
            .chain_update(signed.request.body)
            .chain_update(signed.signature);
        let likeness = (asked.consumer.clone(), body.finalize().into());
        let mut n_joined = 0;
        if let Some((id, joined)) = shared.repeats.take(&likeness) {
            (walk.id, n_joined) = (id, joined);
        }
        walk.delivery = Delivery::of(shared.repeats.clone(), likeness, walk.id.clone(), n_joined);
        Name::Id(walk.id.clone())
    }
}
