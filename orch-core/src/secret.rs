//! Secrets: never printed, never left behind in memory, compared in constant time, sealed where they rest.

mod sealer;

#[cfg(feature = "sealer")]
pub use sealer::KeySealer;
pub use sealer::{SealError, Sealer};

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroize;

/// Something that nobody may read by accident. It prints as `[secret]` and is overwritten when it is dropped.
///
/// ```
/// # use orch_core::Secret;
/// let password = Secret::new(String::from("correct horse"));
/// assert_eq!(format!("{password:?}"), "[secret]");
/// assert!(password == Secret::new(String::from("correct horse")));
/// ```
#[derive(Clone, Default)]
pub struct Secret<T: Zeroize>(T);

impl<T: Zeroize> Secret<T> {
    /// Keeps a secret.
    pub fn new(secret: T) -> Self {
        Self(secret)
    }

    /// The secret itself. Whoever calls this must neither print nor store it.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<T: Zeroize> From<T> for Secret<T> {
    fn from(secret: T) -> Self {
        Self(secret)
    }
}

/// In constant time for secrets of one length, so that no clock tells how much of a guess was right.
impl<T: Zeroize + AsRef<[u8]>> PartialEq for Secret<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_ref().ct_eq(other.0.as_ref()).into()
    }
}

impl<T: Zeroize + AsRef<[u8]>> Eq for Secret<T> {}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    };

    use super::*;

    #[test]
    fn a_secret_is_equal_to_itself_alone() {
        let secret = Secret::new(b"abc".to_vec());
        assert!(secret == secret.clone());
        for other in ["abx", "ab", "abcd", ""] {
            assert!(secret != Secret::new(other.into()), "{other:?}");
        }
    }

    #[test]
    fn a_secret_is_not_printed() {
        let secret = Secret::new(String::from("hunter2"));
        assert_eq!(
            format!("{secret:?} {:#?}", Some(&secret)),
            "[secret] Some(\n    [secret],\n)"
        );
        assert_eq!(secret.expose(), "hunter2");
    }

    #[test]
    fn a_dropped_secret_is_overwritten() {
        struct Witness(Arc<AtomicBool>);
        impl Zeroize for Witness {
            fn zeroize(&mut self) {
                self.0.store(true, Ordering::Relaxed);
            }
        }
        let overwritten = Arc::new(AtomicBool::new(false));
        drop(Secret::new(Witness(overwritten.clone())));
        assert!(overwritten.load(Ordering::Relaxed));
    }
}
