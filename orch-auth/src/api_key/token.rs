use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use orch_core::{Entropy, Secret};
use zeroize::Zeroizing;

use super::{KeyDigest, KeyForm};

/// The text of a key: its form's prefix and 32 random bytes in base64url (RFC 4648, section 5) without padding.
///
/// It is shown once, when the key is made, and never kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyToken {
    form: KeyForm,
    text: Secret<String>,
}

impl KeyToken {
    /// How many characters follow the prefix.
    pub const RANDOM_CHARS: usize = 43;
    /// How many of them the hint shows.
    const HINT_CHARS: usize = 6;

    /// A new key.
    pub fn mint(form: KeyForm, entropy: &dyn Entropy) -> Self {
        let mut random = Zeroizing::new([0; 32]);
        entropy.fill(&mut *random);
        // As long as it will be, so that no copy is left behind where it grows.
        let mut text = String::with_capacity(form.prefix().len() + Self::RANDOM_CHARS);
        text.push_str(form.prefix());
        URL_SAFE_NO_PAD.encode_string(*random, &mut text);
        Self {
            form,
            text: Secret::new(text),
        }
    }

    /// Reads the text of a key of that form; `None` for what cannot be one.
    pub fn parse(form: KeyForm, text: &str) -> Option<Self> {
        let random = text.strip_prefix(form.prefix())?;
        let is_base64url = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        let is_key = random.len() == Self::RANDOM_CHARS && random.bytes().all(is_base64url);
        is_key.then(|| Self {
            form,
            text: Secret::new(text.to_owned()),
        })
    }

    /// The surface that it opens.
    pub const fn form(&self) -> KeyForm {
        self.form
    }

    /// The text itself. Whoever calls this shows it to its owner and to nobody else.
    pub fn expose(&self) -> &str {
        self.text.expose()
    }

    /// What is kept of it.
    pub fn digest(&self) -> KeyDigest {
        KeyDigest::of(self.text.expose())
    }

    /// How it begins, for its owner to know it again; 220 of its 256 bits stay unknown.
    pub fn hint(&self) -> String {
        let shown = self.form.prefix().len() + Self::HINT_CHARS;
        self.text.expose().chars().take(shown).collect()
    }
}

#[cfg(test)]
mod tests {
    use orch_core::SeededEntropy;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_key_has_the_form_of_its_surface() {
        let entropy = SeededEntropy::default();
        for form in KeyForm::ALL {
            let key = KeyToken::mint(form, &entropy);
            assert_eq!(key.expose().len(), form.prefix().len() + 43);
            for other in KeyForm::ALL {
                let read = KeyToken::parse(other, key.expose());
                assert_eq!(read, (other == form).then(|| key.clone()));
            }
            assert!(key.expose().starts_with(&key.hint()));
            assert!(
                !format!("{key:?}").contains(&key.expose()[8..]),
                "it is not printed"
            );
        }
    }

    #[test]
    fn no_two_keys_are_alike() {
        let entropy = SeededEntropy::default();
        let [one, other] = [(); 2].map(|()| KeyToken::mint(KeyForm::Market, &entropy));
        assert_ne!(one, other);
        assert_ne!(one.digest(), other.digest());
    }

    proptest! {
        #[test]
        fn what_is_no_key_is_refused(text in "(0rca_)?[A-Za-z0-9_ =+/ü-]{0,60}") {
            let is_key = text.strip_prefix("0rca_").is_some_and(|random| {
                random.len() == 43 && random.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
            });
            prop_assert_eq!(KeyToken::parse(KeyForm::Market, &text).is_some(), is_key);
        }
    }
}
