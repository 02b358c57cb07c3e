mod api_keys;
mod parties;

pub use api_keys::InMemoryApiKeys;
pub use parties::InMemoryParties;
