//! Agents as programs on this machine: one process for each call.
//!
//! The call goes in as one line of JSON, after which standard input ends; out come lines of JSON, any number of
//! `{"progress": ...}` and then one reply. The crate's README describes them.
//!
//! - **It ends.** The program leads a process group of its own. With the reply, with the deadline, with a cancellation -
//!   whenever the call ends, the whole group is killed, the program's own children too, and what it was is reaped.
//! - **It is bounded.** The reply, the lines before it, what is kept of standard error, and how many run at once.
//! - **It knows nothing.** Its environment holds what [`ProcessOptions::environment`] says and nothing else.
//!
//! It is no sandbox: the program may do what the host's user may. One that starts a session of its own leaves its group
//! and is not found again.

mod agents;
mod group;
mod lines;
mod options;
mod path;
mod tail;

pub use agents::ProcessAgents;
pub use options::ProcessOptions;
