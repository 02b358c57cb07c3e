mod services;
mod transactions;

pub use services::InMemoryServices;
pub use transactions::InMemoryTransactions;
