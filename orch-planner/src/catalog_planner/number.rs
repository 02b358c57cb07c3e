//! Numbers in digits and in words.

use serde_json::Number;

/// Number words, with what they add up to or multiply by.
const WORDS: &[(&str, u64)] = &[
    ("zero", 0),
    ("one", 1),
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
    ("eleven", 11),
    ("twelve", 12),
    ("thirteen", 13),
    ("fourteen", 14),
    ("fifteen", 15),
    ("sixteen", 16),
    ("seventeen", 17),
    ("eighteen", 18),
    ("nineteen", 19),
    ("twenty", 20),
    ("thirty", 30),
    ("forty", 40),
    ("fifty", 50),
    ("sixty", 60),
    ("seventy", 70),
    ("eighty", 80),
    ("ninety", 90),
    ("dozen", 12),
    ("hundred", 100),
    ("thousand", 1_000),
    ("million", 1_000_000),
];

/// What a lower-case number word counts.
pub(super) fn of_word(word: &str) -> Option<u64> {
    WORDS
        .iter()
        .find(|(name, _)| *name == word)
        .map(|(_, number)| *number)
}

/// What number words count together: `twenty five`, `two hundred`.
pub(super) fn of_words(numbers: &[u64]) -> Option<u64> {
    let mut total: u64 = 0;
    for &number in numbers {
        total = match number {
            12 | 100 | 1_000 | 1_000_000 if total > 0 && total < number => total.checked_mul(number)?,
            _ => total.checked_add(number)?,
        };
    }
    Some(total)
}

/// The number at the beginning of a text, and how many bytes it takes: `1,000`, `-3.5`, `0.8`, `6.02e23`.
pub(super) fn of_digits(text: &str) -> Option<(Number, usize)> {
    let bytes = text.as_bytes();
    let sign = usize::from(bytes.first() == Some(&b'-'));
    let run = |from: usize| {
        bytes
            .iter()
            .skip(from)
            .take_while(|byte| byte.is_ascii_digit())
            .count()
    };
    let whole = run(sign);
    if whole == 0 {
        return None;
    }
    let mut end = sign + whole;
    while whole <= 3 && bytes.get(end) == Some(&b',') && run(end + 1) == 3 {
        end += 4;
    }
    let is_grouped = end > sign + whole;
    let fraction = if bytes.get(end) == Some(&b'.') {
        run(end + 1)
    } else {
        0
    };
    if fraction > 0 {
        end += 1 + fraction;
    }
    let has_sign = |at: usize| usize::from(matches!(bytes.get(at), Some(b'+' | b'-')));
    if !is_grouped && matches!(bytes.get(end), Some(b'e' | b'E')) {
        let digits = end + 1 + has_sign(end + 1);
        let after = digits + run(digits);
        let is_exponent = after > digits && !text[after..].starts_with(char::is_alphanumeric);
        end = if is_exponent { after } else { end };
    }
    let plain = if is_grouped {
        text[..end].replace(',', "")
    } else {
        text[..end].to_owned()
    };
    let number = match plain.parse::<i64>() {
        Ok(whole) => Number::from(whole),
        Err(_) => Number::from_f64(plain.parse().ok()?)?,
    };
    Some((number, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_read() {
        for (text, number, length) in [
            ("5 words", "5", 1),
            ("1,000,000.", "1000000", 9),
            ("-3.5%", "-3.5", 4),
            ("5, 6", "5", 1),
            ("12km", "12", 2),
            ("1.6e-19 C", "1.6e-19", 7),
            ("5e", "5", 1),
            ("2e3x", "2", 1),
        ] {
            let (read, taken) = of_digits(text).unwrap();
            assert_eq!((read.to_string().as_str(), taken), (number, length), "{text}");
        }
        assert_eq!(of_digits("-x"), None);
        assert_eq!(of_digits(""), None);
    }

    #[test]
    fn words_count_together() {
        assert_eq!(of_words(&[20, 5]), Some(25));
        assert_eq!(of_words(&[2, 100]), Some(200));
        assert_eq!(of_words(&[1, 12]), Some(12));
        assert_eq!(of_words(&[u64::MAX, 5]), None);
    }
}
