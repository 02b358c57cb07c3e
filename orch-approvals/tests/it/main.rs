//! The laws of the approval store: on the reference, and on stores that each break one; and races on many threads.
#![cfg(test)]

mod broken;
mod race;

mod in_memory {
    orch_approvals::approval_store_tests!(orch_approvals::InMemoryApprovals::default());
}
