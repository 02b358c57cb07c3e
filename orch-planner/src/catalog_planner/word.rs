//! Words: cut out of text and names, and known by what they do in a sentence.

use std::{collections::HashSet, sync::LazyLock};

use super::stem::stem;

/// Words that only hold a sentence together.
static FUNCTION_WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    "a about above after again all also am an and any are around as at be been being below both but by can \
     could did do does done each either every few for from had has have he her here him his how i if in inside \
     into is it its itself just lot many may me might mine more most much must my near no nor not of off on \
     once one only onto or other our out over own per same several she should so some such than that the \
     their them then there these they this those through to too under until up upon us using very via was we \
     were what when where which while who whole whom whose why will with within without would you your"
        .split(' ')
        .collect()
});

/// Words of courtesy and order, which no task is about.
static COURTESY: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    "afterwards finally first firstly hello hey hi kindly last lastly later let lets like next now ok okay \
     please second secondly step thank thanks third together want wish yes"
        .split(' ')
        .collect()
});

/// Verbs that ask for whatever follows them, rather than for something of their own.
static REQUESTS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    "answer ask bring compute describe determine display do explain fetch figure find get give help know look \
     make need obtain output present print provide report retrieve return run say see show take tell use"
        .split(' ')
        .collect()
});

/// Verbs that ask to make out or to read whatever follows them; what follows says more than they do.
static MAKERS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    "analyze assess build calculate check classify collect compile compose count create derive detect draft \
     estimate evaluate examine extract gauge generate identify judge list load measure open parse perform \
     pick process produce pull read review score study work write"
        .split(' ')
        .collect()
});

/// Verbs that ask for something definite: a task that does not know the verb does not do what is asked.
static ACTIONS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    "add append approve archive assign backup block book buy call cancel change charge chart clean close \
     compare compress convert copy crawl crop decrypt delete deploy download draw edit email encrypt erase \
     export filter fix forecast forward hire import insert install invite launch mail merge modify monitor \
     move notify order pay play plot post predict publish purchase rank recommend refund register reject \
     remind remove rename render rent replace reply request reserve resize restart rewrite rotate save scan \
     schedule scrape search sell send share sort split start stop store submit subscribe summarize sync train \
     transcribe transfer translate tweet uninstall update upload validate verify watch withdraw"
        .split(' ')
        .collect()
});

/// Prepositions, after which stands what something is done to rather than what is done.
static PREPOSITIONS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    "about around as at by for from in inside into near of on onto regarding through to under using via with \
     within without"
        .split(' ')
        .collect()
});

/// Words that stand for something said before.
const PRONOUNS: [&str; 6] = ["it", "that", "them", "these", "this", "those"];

/// The longest word that is looked at, in bytes.
const MAX_WORD: usize = 64;

/// The words of a text or of a name, in lower case and in order: cut at what is neither letter nor digit, and where
/// `camelCase` bends.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for chunk in text.split(|char: char| !char.is_alphanumeric()) {
        let mut word = String::new();
        let mut was_lower = false;
        for char in chunk.chars() {
            if was_lower && char.is_uppercase() {
                words.push(std::mem::take(&mut word));
            }
            was_lower = char.is_lowercase();
            word.extend(char.to_lowercase());
        }
        words.push(word);
    }
    words.retain(|word| !word.is_empty() && word.len() <= MAX_WORD);
    words
}

/// The stems of the words of a text that say something.
pub(super) fn stems(text: &str) -> Vec<String> {
    let says_something = |word: &String| !is_function_word(word);
    words(text)
        .into_iter()
        .filter(says_something)
        .map(|word| stem(&word))
        .collect()
}

/// Whether the lower-case word only holds a sentence together or is polite.
pub(super) fn is_function_word(word: &str) -> bool {
    word.len() < 2 || FUNCTION_WORDS.contains(word) || COURTESY.contains(word) || word.contains('\'')
}

/// Whether the lower-case word is a verb that asks for whatever follows it.
pub(super) fn is_request(word: &str) -> bool {
    REQUESTS.contains(word)
}

/// Whether the lower-case word is a verb that asks to make out whatever follows it.
pub(super) fn is_maker(word: &str) -> bool {
    is_one_of(&MAKERS, word)
}

/// Whether the lower-case word can be a verb that asks for something definite.
pub(super) fn is_action(word: &str) -> bool {
    is_one_of(&ACTIONS, word)
}

/// Whether the word is one of the verbs, in whatever form.
fn is_one_of(verbs: &HashSet<&str>, word: &str) -> bool {
    verbs.contains(word)
        || ["s", "es", "d", "ed", "ing", "izes"].iter().any(|ending| {
            word.strip_suffix(ending)
                .is_some_and(|verb| verbs.contains(verb) || verbs.contains(format!("{verb}e").as_str()))
        })
}

/// Whether what something is done to stands after the lower-case word.
pub(super) fn is_preposition(word: &str) -> bool {
    PREPOSITIONS.contains(word)
}

/// Whether the lower-case word stands for something said before.
pub(super) fn is_pronoun(word: &str) -> bool {
    PRONOUNS.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_into_words() {
        assert_eq!(
            words("read_table, readTable text-2go"),
            ["read", "table", "read", "table", "text", "2go"]
        );
        assert_eq!(stems("the number of the reports"), ["numb", "report"]);
    }
}
