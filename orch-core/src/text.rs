//! Text that people search: case set aside, and words cut out.

/// The text with its case set aside, so that what differs only in case becomes equal: `Straße` and `STRASSE`.
///
/// Stores keep it in a column of its own beside text that people search, because databases fold ASCII at best. The
/// null character, which no database takes, becomes the replacement character.
pub fn fold(text: &str) -> String {
    text.chars()
        .map(|char| {
            if char == '\0' {
                char::REPLACEMENT_CHARACTER
            } else {
                char
            }
        })
        // The capital ẞ is its own capital, and only its small form is that of SS.
        .flat_map(char::to_lowercase)
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .collect()
}

/// The longest word that counts, in bytes; what is longer is no word that anyone looks for.
const MAX_WORD: usize = 64;

/// Words that say nothing about what is wanted.
const STOP_WORDS: [&str; 61] = [
    "a", "about", "all", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by", "can", "could",
    "do", "does", "each", "for", "from", "had", "has", "have", "how", "i", "if", "in", "into", "is", "it",
    "its", "me", "my", "of", "on", "or", "our", "please", "should", "so", "such", "that", "the", "their",
    "them", "then", "there", "these", "they", "this", "to", "was", "we", "were", "what", "which", "will",
    "with", "would", "you", "your",
];

/// The words of a text that say something, in their order: folded, in the singular, cut at `_`, `-` and where
/// `camelCase` bends.
pub fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|char: char| !char.is_alphanumeric())
        .flat_map(cut_camel_case)
        .filter(|word| !word.is_empty() && word.len() <= MAX_WORD)
        .map(fold)
        .filter(|word| !STOP_WORDS.contains(&word.as_str()))
        .map(singular)
}

/// `readTable` becomes `read` and `Table`; `HTTPServer` stays whole.
fn cut_camel_case(word: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = word;
    let bend = |text: &str| {
        let mut chars = text.char_indices().zip(text.chars().skip(1));
        chars.find_map(|((at, left), right)| {
            (left.is_lowercase() && right.is_uppercase()).then_some(at + left.len_utf8())
        })
    };
    while let Some(at) = bend(rest) {
        parts.push(&rest[..at]);
        rest = &rest[at..];
    }
    parts.push(rest);
    parts
}

/// The singular of most English plurals; a word of another language may lose a letter, alike wherever it stands.
fn singular(word: String) -> String {
    let ends_of_singular = ["ss", "us", "is"];
    if word.len() < 4 || !word.ends_with('s') || ends_of_singular.iter().any(|end| word.ends_with(end)) {
        return word;
    }
    if let Some(stem) = word.strip_suffix("ies") {
        return format!("{stem}y");
    }
    let cut = ["sses", "xes", "ches", "shes", "zes"]
        .iter()
        .any(|end| word.ends_with(end));
    let letters = if cut { 2 } else { 1 };
    word[..word.len() - letters].to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn case_is_set_aside() {
        assert_eq!(fold("Straße"), fold("STRASSE"));
        assert_eq!(fold("STRAẞE"), fold("STRASSE"));
        assert_eq!(fold("ΟΔΟΣ"), fold("οδος"));
        assert_eq!(fold("Ünïcode"), "ünïcode");
        assert_eq!(fold("a\0b"), "a\u{FFFD}b");
    }

    #[test]
    fn words_are_cut_out() {
        let all = |text| words(text).collect::<Vec<_>>();
        assert_eq!(all("Read the 2 tables, please!"), ["read", "2", "table"]);
        assert_eq!(
            all("extract_keywords readTable HTTPServer"),
            ["extract", "keyword", "read", "table", "httpserver"]
        );
        assert_eq!(
            all("analysis of statuses, classes, boxes, queries and bus"),
            ["analysis", "statuse", "class", "box", "query", "bus"]
        );
        assert_eq!(all("Größe größen"), ["grösse", "grössen"]);
        assert!(all(&"x".repeat(65)).is_empty());
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(text: String) {
            prop_assert_eq!(fold(&fold(&text)), fold(&text));
        }

        #[test]
        fn words_are_bounded(text: String) {
            for word in words(&text) {
                prop_assert!(!word.is_empty() && word.len() <= 3 * MAX_WORD, "{word}");
            }
        }
    }
}
