//! The laws of the stores: on the references, and on stores that each break one. And the published vectors of signatures.
#![cfg(test)]

mod broken;
mod broken_parties;
mod changed;
mod forms;
mod refused;
mod vectors;

mod in_memory {
    orch_auth::api_key_store_tests!(orch_auth::InMemoryApiKeys::default());
    orch_auth::party_store_tests!(orch_auth::InMemoryParties::default());
}
