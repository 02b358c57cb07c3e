//! Proper names that everybody knows: states, countries, languages, currencies, months and days.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

/// The states of the United States with their abbreviations.
const STATES: &str = "alabama AL|alaska AK|arizona AZ|arkansas AR|california CA|colorado CO|connecticut CT|delaware DE|\
     florida FL|georgia GA|hawaii HI|idaho ID|illinois IL|indiana IN|iowa IA|kansas KS|kentucky KY|louisiana LA|\
     maine ME|maryland MD|massachusetts MA|michigan MI|minnesota MN|mississippi MS|missouri MO|montana MT|\
     nebraska NE|nevada NV|new hampshire NH|new jersey NJ|new mexico NM|new york NY|north carolina NC|\
     north dakota ND|ohio OH|oklahoma OK|oregon OR|pennsylvania PA|rhode island RI|south carolina SC|\
     south dakota SD|tennessee TN|texas TX|utah UT|vermont VT|virginia VA|washington WA|west virginia WV|\
     wisconsin WI|wyoming WY|district of columbia DC";

const COUNTRIES: &str = "afghanistan albania algeria argentina armenia australia austria bangladesh belgium bolivia brazil \
     bulgaria cambodia cameroon canada chile china colombia croatia cuba cyprus czechia denmark ecuador egypt england \
     estonia ethiopia finland france germany ghana greece guatemala hungary iceland india indonesia iran iraq ireland \
     israel italy jamaica japan jordan kazakhstan kenya korea kuwait latvia lebanon libya lithuania luxembourg \
     malaysia malta mexico moldova monaco mongolia morocco mozambique myanmar nepal netherlands nicaragua nigeria \
     norway oman pakistan panama paraguay peru philippines poland portugal qatar romania russia rwanda scotland \
     senegal serbia singapore slovakia slovenia somalia spain sudan sweden switzerland syria taiwan tanzania \
     thailand tunisia turkey uganda ukraine uruguay uzbekistan venezuela vietnam wales yemen zambia zimbabwe uk usa \
     us uae";

const LANGUAGES: &str = "afrikaans arabic bengali bulgarian cantonese catalan chinese croatian czech danish dutch english \
     estonian finnish french german greek hebrew hindi hungarian icelandic indonesian irish italian japanese korean \
     latin latvian lithuanian malay mandarin norwegian persian polish portuguese punjabi romanian russian serbian \
     slovak slovenian spanish swahili swedish tamil thai turkish ukrainian urdu vietnamese welsh";

/// Currencies: what people call them, the plural without its `s`, and their codes.
const CURRENCIES: &str = "us dollar USD|american dollar USD|u.s. dollar USD|dollar USD|buck USD|euro EUR|british pound GBP|pound sterling GBP|\
     pound GBP|sterling GBP|japanese yen JPY|yen JPY|swiss franc CHF|franc CHF|canadian dollar CAD|\
     australian dollar AUD|new zealand dollar NZD|hong kong dollar HKD|singapore dollar SGD|indian rupee INR|rupee INR|chinese yuan CNY|yuan CNY|\
     renminbi CNY|mexican peso MXN|brazilian real BRL|russian ruble RUB|ruble RUB|south korean won KRW|korean won KRW|\
     swedish krona SEK|norwegian krone NOK|danish krone DKK|turkish lira TRY|lira TRY|polish zloty PLN|zloty PLN|\
     south african rand ZAR|rand ZAR|bitcoin BTC|ethereum ETH|thai baht THB|baht THB";

const COLORS: &str = "black white red blue green yellow orange purple pink brown gray grey silver gold beige navy turquoise violet teal maroon";

const CODES: &str = "USD EUR GBP JPY CHF CAD AUD NZD HKD SGD INR CNY MXN BRL RUB KRW SEK NOK DKK TRY PLN ZAR BTC ETH THB AED ILS CZK HUF IDR MYR PHP";

/// The months, in order.
pub(super) const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// The days of the week, from Monday.
pub(super) const DAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

static STATE_CODES: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    let pairs = STATES
        .split('|')
        .filter_map(|entry| entry.trim().rsplit_once(' '));
    pairs.collect()
});
static STATE_ABBREVIATIONS: LazyLock<HashSet<&str>> =
    LazyLock::new(|| STATE_CODES.values().copied().collect());
static COUNTRY_NAMES: LazyLock<HashSet<&str>> = LazyLock::new(|| COUNTRIES.split_whitespace().collect());
static COLOR_NAMES: LazyLock<HashSet<&str>> = LazyLock::new(|| COLORS.split(' ').collect());
static CURRENCY_CODES: LazyLock<HashSet<&str>> = LazyLock::new(|| CODES.split(' ').collect());
static CURRENCY_NAMES: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    let pairs = CURRENCIES
        .split('|')
        .filter_map(|entry| entry.trim().rsplit_once(' '));
    pairs.collect()
});
static LANGUAGE_NAMES: LazyLock<HashSet<&str>> = LazyLock::new(|| LANGUAGES.split_whitespace().collect());

/// Whether a text names a state: in full, or as its two capital letters.
pub(super) fn is_state(text: &str) -> bool {
    STATE_ABBREVIATIONS.contains(text) || STATE_CODES.contains_key(text.to_lowercase().as_str())
}

/// The two letters of a state that is written in full.
pub(super) fn state_code(text: &str) -> Option<&'static str> {
    STATE_CODES.get(text.to_lowercase().as_str()).copied()
}

/// Whether a text names a country.
pub(super) fn is_country(text: &str) -> bool {
    let lower = text.to_lowercase();
    let lower = lower.trim_start_matches("the ");
    let several = [
        "united states",
        "united kingdom",
        "south korea",
        "north korea",
        "new zealand",
        "south africa",
        "saudi arabia",
        "czech republic",
        "sri lanka",
        "costa rica",
        "united arab emirates",
        "united states of america",
        "hong kong",
        "puerto rico",
        "dominican republic",
        "el salvador",
        "ivory coast",
        "u.s.",
        "u.k.",
        "u.s.a.",
    ];
    COUNTRY_NAMES.contains(lower) || several.contains(&lower)
}

/// Whether a lower-case word names a language.
pub(super) fn is_language(lower: &str) -> bool {
    LANGUAGE_NAMES.contains(lower)
}

/// Whether a lower-case word names a color.
pub(super) fn is_color(lower: &str) -> bool {
    COLOR_NAMES.contains(lower)
}

/// The code of a currency by its code or by what people call it.
pub(super) fn currency(text: &str) -> Option<&'static str> {
    let upper = text.to_uppercase();
    if let Some(code) = CURRENCY_CODES.get(upper.as_str()) {
        return Some(code);
    }
    let lower = text.to_lowercase();
    let singular = lower.strip_suffix('s').unwrap_or(&lower);
    let known = CURRENCY_NAMES
        .get(lower.as_str())
        .or_else(|| CURRENCY_NAMES.get(singular));
    known.copied()
}

/// The code of a currency by its sign.
pub(super) fn currency_of_sign(sign: &str) -> Option<&'static str> {
    match sign {
        "$" => Some("USD"),
        "€" => Some("EUR"),
        "£" => Some("GBP"),
        "¥" => Some("JPY"),
        "₹" => Some("INR"),
        _ => None,
    }
}

/// The month, from 1, that a lower-case word names, in full or by its first letters.
pub(super) fn month(lower: &str) -> Option<u32> {
    let lower = lower.trim_end_matches('.');
    let is =
        |name: &&str| *name == lower || ((lower.len() == 3 || lower == "sept") && name.starts_with(lower));
    let at = MONTHS.iter().position(is)?;
    u32::try_from(at + 1).ok()
}

/// The day of the week, from 0 for Monday, that a lower-case word names.
pub(super) fn weekday(lower: &str) -> Option<usize> {
    DAYS.iter().position(|name| *name == lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proper_names_are_known() {
        assert!(is_state("CA") && is_state("New York") && !is_state("ca") && !is_state("in"));
        assert_eq!(state_code("Texas"), Some("TX"));
        assert!(is_country("France") && is_country("the United States") && !is_country("Paris"));
        assert!(is_language("french") && !is_language("france"));
        assert_eq!(
            (currency("dollars"), currency("usd"), currency("yen")),
            (Some("USD"), Some("USD"), Some("JPY"))
        );
        assert_eq!(
            (month("sept"), month("may"), month("mar"), month("mart")),
            (Some(9), Some(5), Some(3), None)
        );
        assert_eq!(weekday("sunday"), Some(6));
    }
}
