//! Proper names: words with capital letters that stand together.

use crate::catalog_planner::{
    reading::{
        gazetteer::{DAYS, is_country, is_state},
        lexeme::{Kind, Lexeme},
        verb::opens_order,
    },
    word::is_function_word,
};

/// Words in lower case that a name may have within: "Lord of the Rings", "Rio de Janeiro".
const WITHIN: &[&str] = &[
    "of", "the", "de", "da", "la", "le", "del", "van", "von", "di", "du", "der", "den", "al", "el", "&", "y",
];

/// Where the name ends that begins at `at`, and where its comma is.
pub(super) fn read(lexemes: &[Lexeme], at: usize) -> Option<(usize, Option<usize>)> {
    let first = &lexemes[at];
    if !first.is_capitalized() || first.text == "I" || !can_open(lexemes, at) {
        return None;
    }
    let end = plain(lexemes, at);
    let alone = &lexemes[at..end];
    if alone.iter().all(|lexeme| is_function_word(&lexeme.lower))
        && alone
            .iter()
            .all(|lexeme| lexeme.text.len() > 3 || !is_upper(&lexeme.text))
    {
        return None;
    }
    // "Lisbon, Portugal" and "Austin, TX" are one place.
    if lexemes.get(end).is_some_and(|next| next.is_mark(','))
        && lexemes.get(end + 1).is_some_and(Lexeme::is_capitalized)
    {
        let rest = plain(lexemes, end + 1);
        let texts: Vec<&str> = lexemes[end + 1..rest]
            .iter()
            .map(|lexeme| lexeme.text.as_str())
            .collect();
        let second = texts.join(" ");
        let own: Vec<&str> = alone.iter().map(|lexeme| lexeme.text.as_str()).collect();
        let own = own.join(" ");
        // In "France, Spain and Italy" each stands for itself.
        let is_list = is_country(&own) && is_country(&second)
            || (is_state(&own)
                && is_state(&second)
                && second.len() > 2
                && own != "New York"
                && own != "Washington");
        // "Berlin, New York and Rome" are three, unless each goes with its state.
        let joins = lexemes
            .get(rest)
            .is_some_and(|next| next.is_mark(',') || ["and", "or"].contains(&next.word()));
        let third = rest
            + 1
            + usize::from(
                lexemes
                    .get(rest + 1)
                    .is_some_and(|next| ["and", "or"].contains(&next.word())),
            );
        let is_list = is_list
            || (joins
                && second.len() > 2
                && lexemes.get(third).is_some_and(Lexeme::is_capitalized)
                && !is_country(&lexemes[third].text)
                && !lexemes
                    .get(plain(lexemes, third))
                    .is_some_and(|next| next.is_mark(',')));
        if (is_state(&second) || is_country(&second)) && !is_list {
            // "Austin, TX, USA"
            let third = lexemes.get(rest).is_some_and(|next| next.is_mark(','))
                && lexemes.get(rest + 1).is_some_and(|next| is_country(&next.text))
                && is_state(&second);
            return Some((if third { rest + 2 } else { rest }, Some(end)));
        }
    }
    Some((end, None))
}

/// The end of a name without a comma.
fn plain(lexemes: &[Lexeme], at: usize) -> usize {
    let mut end = at + 1;
    while lexemes[end - 1].kind != Kind::Owner
        || lexemes
            .get(end)
            .is_some_and(|next| next.is_capitalized() && !is_pronoun_like(next))
    {
        let Some(next) = lexemes.get(end) else { break };
        if next.is_capitalized() && !is_pronoun_like(next) && !DAYS.contains(&next.lower.as_str()) {
            end += 1;
            continue;
        }
        // Numbers and ampersands belong to a name they stand in: "Apollo 11", "Simon & Garfunkel".
        let is_number = next
            .quantity()
            .is_some_and(|quantity| !quantity.is_word && quantity.unit.is_empty());
        let after = lexemes.get(end + 1);
        let is_last = after
            .is_none_or(|after| !after.is_word() || is_function_word(&after.lower) || after.is_capitalized());
        if (is_number && is_last && next.text.len() <= 3)
            || (next.is_mark('&') && after.is_some_and(Lexeme::is_capitalized))
        {
            end += 1;
            continue;
        }
        let run = lexemes[end..]
            .iter()
            .take(2)
            .take_while(|lexeme| WITHIN.contains(&lexeme.lower.as_str()))
            .count();
        let goes_on = lexemes.get(end + run).is_some_and(Lexeme::is_capitalized);
        let is_the = lexemes[end].lower == "the"
            || lexemes.get(end + run).is_some_and(|next| {
                // "GDP of Germany" is said of Germany; "Bank of England" has it in its name.
                let last = &lexemes[end - 1];
                let is_part = [
                    "Bank",
                    "University",
                    "Republic",
                    "Kingdom",
                    "Queen",
                    "King",
                    "Battle",
                    "Gulf",
                    "Bay",
                    "Prince",
                    "Treaty",
                    "Museum",
                    "President",
                ];
                let is_place = is_country(&next.text) || is_state(&next.text);
                is_upper(&last.text) || (is_place && !is_part.contains(&last.text.as_str()))
            });
        if run == 0 || !goes_on || is_the {
            break;
        }
        end += run + 1;
    }
    end
}

/// Whether a capital letter shows a name here: not where any word has one.
fn can_open(lexemes: &[Lexeme], at: usize) -> bool {
    let first = &lexemes[at];
    if is_pronoun_like(first) {
        return false;
    }
    if !super::begins_sentence(lexemes, at) {
        return true;
    }
    let next_is_capitalized = lexemes
        .get(at + 1)
        .is_some_and(|next| next.is_capitalized() && next.text != "I");
    let is_plain =
        is_function_word(&first.lower) || opens_order(&first.lower) || first.lower.ends_with("ing");
    if is_upper(&first.text) && first.text.len() > 1 {
        return !is_plain || next_is_capitalized;
    }
    // "Dim the lights" begins with a verb, known or not.
    let is_verb = lexemes
        .get(at + 1)
        .is_some_and(|next| ["the", "a", "an", "my", "our", "this", "all", "me"].contains(&next.word()));
    // "Population of Ghana" begins with no name.
    let is_led = lexemes
        .get(at + 1)
        .is_some_and(|next| ["of", "for", "in", "between", "from"].contains(&next.word()));
    !is_plain && !is_led && !is_verb
}

fn is_upper(text: &str) -> bool {
    text.chars().all(|char| !char.is_lowercase())
}

/// Words that are written with a capital letter wherever a sentence begins, and never begin a name.
fn is_pronoun_like(lexeme: &Lexeme) -> bool {
    ["i", "i'm", "i'd", "i've", "i'll", "ok", "please", "also", "then"].contains(&lexeme.lower.as_str())
}
