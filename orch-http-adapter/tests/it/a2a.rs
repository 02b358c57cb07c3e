//! Signed transactions and their directory, in the words of the published page.

mod approvals;
mod corpus;
mod directory;
mod house;
mod limits;
mod mounts;
mod neighbors;
mod page;
mod paths;
mod registry;
mod repeats;
mod replicas;
mod storage;
mod strangers;
mod vectors;
