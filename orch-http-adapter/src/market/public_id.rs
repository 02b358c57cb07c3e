use orch::Entropy;

/// How many characters follow the prefix.
const LENGTH: usize = 12;
const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// A new id: the prefix and twelve lower-case letters and digits.
pub(super) fn generate(prefix: &str, entropy: &dyn Entropy) -> String {
    let mut bytes = [0; 16];
    entropy.fill(&mut bytes);
    derived(prefix, u128::from_be_bytes(bytes))
}

/// The id that a number has always.
pub(super) fn derived(prefix: &str, number: u128) -> String {
    let mut rest = number;
    let mut id = String::with_capacity(prefix.len() + LENGTH);
    id.push_str(prefix);
    for _ in 0..LENGTH {
        let digit = usize::try_from(rest % 36).unwrap_or(0);
        id.push(char::from(DIGITS[digit]));
        rest /= 36;
    }
    id
}

#[cfg(test)]
mod tests {
    use orch::SeededEntropy;

    use super::*;

    #[test]
    fn an_id_is_a_prefix_and_twelve_letters_and_digits() {
        let entropy = SeededEntropy::default();
        let [one, other] = [(); 2].map(|()| generate("req_", &entropy));
        assert_ne!(one, other);
        let random = one.strip_prefix("req_").unwrap();
        let is_plain = |b: u8| b.is_ascii_digit() || b.is_ascii_lowercase();
        assert!(random.len() == 12 && random.bytes().all(is_plain), "{one}");
        assert_eq!(derived("x_", 36 + 35), "x_z10000000000");
    }
}
