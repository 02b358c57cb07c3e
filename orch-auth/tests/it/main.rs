//! The laws of the key store: on the reference, and on stores that each break one.
#![cfg(test)]

mod broken;

mod in_memory {
    orch_auth::api_key_store_tests!(orch_auth::InMemoryApiKeys::default());
}
