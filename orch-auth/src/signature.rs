//! Signatures over JSON, in every form in which agents write what they sign.

mod canonical;
mod float;
mod verify;

pub use canonical::Form;
pub use verify::{Signature, SignatureError, verify};
