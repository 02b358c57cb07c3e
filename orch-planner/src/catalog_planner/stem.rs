//! Stems: what a word shares with its inflections and nearest relatives, so that two spellings of one word meet.

/// Endings of English inflection and derivation, the longest first; what remains keeps at least so many letters.
const ENDINGS: &[(&str, usize)] = &[
    ("izations", 4),
    ("eries", 4),
    ("isations", 4),
    ("ization", 4),
    ("isation", 4),
    ("ations", 4),
    ("ators", 4),
    ("izing", 4),
    ("ising", 4),
    ("izers", 4),
    ("isers", 4),
    ("ation", 4),
    ("ating", 4),
    ("ator", 4),
    ("ated", 4),
    ("ates", 4),
    ("ized", 4),
    ("ised", 4),
    ("izes", 4),
    ("ises", 4),
    ("izer", 4),
    ("iser", 4),
    ("ments", 5),
    ("ment", 5),
    ("zing", 4),
    ("tics", 5),
    ("ions", 4),
    ("ate", 4),
    ("ize", 4),
    ("ise", 4),
    ("ion", 4),
    ("ers", 4),
    ("ors", 4),
    ("ery", 4),
    ("ies", 3),
    ("zes", 4),
    ("zed", 4),
    ("ses", 4),
    ("sis", 4),
    ("ings", 3),
    ("ing", 3),
    ("er", 4),
    ("or", 4),
    ("ze", 4),
    ("ed", 3),
    ("es", 3),
    ("ly", 4),
    ("y", 4),
    ("e", 3),
    ("s", 3),
];

/// What a lower-case word shares with its inflections and nearest relatives.
pub(super) fn stem(word: &str) -> String {
    if !word.is_ascii() || word.len() < 4 || word.ends_with("ss") || word.ends_with("us") {
        return word.to_owned();
    }
    for (ending, least) in ENDINGS {
        let Some(rest) = word.strip_suffix(ending) else {
            continue;
        };
        let has_vowel = rest.bytes().any(|byte| b"aeiouy".contains(&byte));
        let doubled_e = *ending == "ed" && rest.ends_with('e');
        if rest.len() >= *least && has_vowel && !doubled_e {
            return match *ending {
                // "Cities" as "city", and "movies" as "movie".
                "ies" if rest.len() < 4 => format!("{rest}i"),
                _ => undoubled(rest).to_owned(),
            };
        }
    }
    match word.strip_suffix('y') {
        Some(rest) if !rest.ends_with(['a', 'e', 'o', 'u']) => format!("{rest}i"),
        _ => word.to_owned(),
    }
}

/// Whether this is the stem of a lower-case word; most that are not are told without making it.
pub(super) fn is_stem_of(own: &str, word: &str) -> bool {
    // A stem is the beginning of its word, but for its last letter.
    let (own, said) = (own.as_bytes(), word.as_bytes());
    let begins = own
        .split_last()
        .is_none_or(|(_, beginning)| said.starts_with(beginning));
    begins && own.len() <= said.len() && stem(word).as_bytes() == own
}

/// `format` of `formatt`, as in `formatting`.
fn undoubled(stem: &str) -> &str {
    match stem.as_bytes() {
        [.., left, right] if left == right && b"bdgmnprt".contains(left) && stem.len() > 4 => {
            &stem[..stem.len() - 1]
        }
        _ => stem,
    }
}

/// How far two stems mean the same: 1.0 for equal ones, 0.6 where one is short for the other.
pub(super) fn likeness(left: &str, right: &str) -> f64 {
    let (short, long) = if left.len() <= right.len() {
        (left, right)
    } else {
        (right, left)
    };
    if short == long {
        1.0
    } else if short.len() >= 4 && 2 * short.len() > long.len() && long.starts_with(short) {
        0.6
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relatives_share_a_stem() {
        for family in [
            &[
                "summary",
                "summaries",
                "summarize",
                "summarizing",
                "summarization",
                "summarise",
            ][..],
            &["analyze", "analysis", "analyses", "analyzing"],
            &["translate", "translation", "translator", "translating"],
            &["calculate", "calculator", "calculations"],
            &["create", "creates", "creating", "creation"],
            &["compute", "computes", "computing", "computation"],
            &["category", "categories", "categorize"],
            &["report", "reports", "reporting", "reported", "reporter"],
            &["size", "sizes"],
            &["format", "formats", "formatting"],
            &["rating", "ratings", "rate"],
            &["city", "cities"],
            &["movie", "movies"],
            &["copy", "copies", "copied"],
        ] {
            let stems: Vec<String> = family.iter().map(|word| stem(word)).collect();
            assert!(
                stems.iter().all(|other| *other == stems[0]),
                "{family:?} have {stems:?}"
            );
            assert!(
                family.iter().all(|word| is_stem_of(&stems[0], word)),
                "{family:?}"
            );
        }
    }

    #[test]
    fn strangers_do_not() {
        for (left, right) in [
            ("general", "generate"),
            ("string", "strong"),
            ("address", "add"),
            ("speed", "spend"),
            ("movie", "move"),
        ] {
            assert_ne!(stem(left), stem(right));
            assert!(!is_stem_of(&stem(left), right));
        }
    }
}
