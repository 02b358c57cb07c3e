//! Doubles for tests: agents, gates and keepers that do as they are told.

mod draft;
mod remembering_keeper;
mod scripted_gate;
mod scripted_transport;

pub use draft::draft;
pub use remembering_keeper::RememberingKeeper;
pub use scripted_gate::ScriptedGate;
pub use scripted_transport::{Probe, Script, ScriptedTransport, SentCall};
