//! Units, and what they measure.

use std::{collections::HashMap, sync::LazyLock};

use crate::catalog_planner::shape::Shape;

/// What a number measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::catalog_planner::reading) enum Dimension {
    /// How far, long, wide or high.
    Length,
    /// How large a surface.
    Area,
    /// How large a body.
    Volume,
    /// How heavy.
    Mass,
    /// How long it lasts.
    Duration,
    /// How warm.
    Temperature,
    /// How much money.
    Money,
    /// Which share, in hundredths or as a fraction.
    Share,
    /// How fast.
    Speed,
    /// How fast it gets faster.
    Acceleration,
    /// How strong a push.
    Force,
    /// How much work.
    Energy,
    /// How much work a second.
    Power,
    /// How much force on a surface.
    Pressure,
    /// A voltage, a current, a resistance, a charge or a field.
    Electric,
    /// How often a second.
    Frequency,
    /// Which turn.
    Angle,
    /// How much information.
    Data,
    /// Which year.
    Year,
    /// How old someone is.
    Age,
    /// How many.
    Count,
}

/// Units with what they measure, as people write them.
const UNITS: &[(Dimension, &str)] = &[
    (
        Dimension::Length,
        "m meter meters metre metres km kilometer kilometers kilometre kilometres mile miles mi cm centimeter centimeters centimetre centimetres mm millimeter millimeters ft foot feet inch inches yard yards nm nanometer nanometers",
    ),
    (Dimension::Area, "sqm m² sqft acre acres hectare hectares"),
    (
        Dimension::Volume,
        "l liter liters litre litres ml milliliter milliliters gallon gallons cup cups pint pints m³ tablespoon tablespoons teaspoon teaspoons ounce ounces",
    ),
    (
        Dimension::Mass,
        "kg kilogram kilograms kilo kilos g gram grams lb lbs pound pounds ton tons tonne tonnes mg milligram milligrams oz stone",
    ),
    (
        Dimension::Duration,
        "s sec second seconds min mins minute minutes h hr hrs hour hours day days week weeks month months year years yr yrs night nights ms millisecond milliseconds decade decades",
    ),
    (
        Dimension::Temperature,
        "°c °f ° celsius fahrenheit kelvin degree degrees",
    ),
    (
        Dimension::Money,
        "$ € £ ¥ ₹ dollar dollars euro euros usd eur gbp pound pounds yen rupee rupees cent cents bucks jpy inr cad aud chf",
    ),
    (Dimension::Share, "% percent percentage pct"),
    (Dimension::Speed, "mph kph kmh km/h m/s knots knot"),
    (Dimension::Acceleration, "m/s² m/s^2"),
    (Dimension::Force, "n newton newtons"),
    (
        Dimension::Energy,
        "j joule joules kj cal calorie calories kcal kwh",
    ),
    (
        Dimension::Power,
        "w watt watts kw kilowatt kilowatts mw horsepower hp",
    ),
    (
        Dimension::Pressure,
        "pa pascal pascals kpa bar psi atm atmospheres",
    ),
    (
        Dimension::Electric,
        "v volt volts a amp amps ampere amperes ohm ohms tesla coulomb coulombs",
    ),
    (Dimension::Frequency, "hz hertz khz mhz ghz bpm rpm"),
    (Dimension::Angle, "degree degrees deg radian radians °"),
    (
        Dimension::Data,
        "kb mb gb tb byte bytes gigabyte gigabytes megabyte megabytes",
    ),
    (Dimension::Age, "years year yo"),
];

/// Names of slots, with what they measure.
const NAMES: &[(Dimension, &str)] = &[
    (Dimension::Year, "year"),
    (Dimension::Age, "age"),
    (
        Dimension::Length,
        "distance length width height radius diameter depth base side perimeter circumference altitude elevation wavelength thickness perimeter",
    ),
    (Dimension::Mass, "mass weight"),
    (
        Dimension::Duration,
        "time duration hours minutes seconds days weeks months years term period nights night interval lifetime",
    ),
    (Dimension::Temperature, "temperature temp"),
    (
        Dimension::Money,
        "price amount cost budget principal salary income payment rent revenue investment fee deposit loan balance money wage expense expenses cash contribution worth debt bill price",
    ),
    (
        Dimension::Share,
        "rate percent percentage interest ratio probability discount yield tip tax return growth",
    ),
    (Dimension::Speed, "speed velocity"),
    (Dimension::Acceleration, "acceleration gravity"),
    (Dimension::Force, "force"),
    (Dimension::Energy, "energy calories calorie"),
    (Dimension::Power, "power"),
    (Dimension::Pressure, "pressure"),
    (Dimension::Electric, "voltage current resistance charge"),
    (Dimension::Frequency, "frequency"),
    (Dimension::Angle, "angle"),
    (Dimension::Area, "area"),
    (Dimension::Volume, "volume"),
    (
        Dimension::Count,
        "count limit number num quantity people guests passengers adults children rooms size max top total n k results items participants servings persons tickets attempts times pages party amount_of",
    ),
];

/// What each unit measures.
static MEASURED: LazyLock<HashMap<&str, Vec<Dimension>>> = LazyLock::new(|| by_word(UNITS));
/// What slots measure that are called so; the first counts.
static NAMED: LazyLock<HashMap<&str, Vec<Dimension>>> = LazyLock::new(|| by_word(NAMES));

fn by_word(table: &[(Dimension, &'static str)]) -> HashMap<&'static str, Vec<Dimension>> {
    let mut known: HashMap<&str, Vec<Dimension>> = HashMap::new();
    for (dimension, words) in table {
        words
            .split(' ')
            .for_each(|word| known.entry(word).or_default().push(*dimension));
    }
    known
}

/// What a unit measures that is no other's power or share.
fn measured(unit: &str) -> &'static [Dimension] {
    MEASURED.get(unit).map(Vec::as_slice).unwrap_or_default()
}

/// What units of this name measure; several, for a few.
pub(in crate::catalog_planner::reading) fn dimensions(unit: &str) -> impl Iterator<Item = Dimension> {
    let (power, unit) = match unit.split_once(' ') {
        Some(("square" | "sq", unit)) => (Some(Dimension::Area), unit),
        Some(("cubic", unit)) => (Some(Dimension::Volume), unit),
        _ => (None, unit),
    };
    let own = measured(unit).iter().map(move |own| power.unwrap_or(*own));
    per(unit).into_iter().chain(own)
}

/// What one unit in another measures: a length in a time is a speed, and in a time squared an acceleration.
fn per(unit: &str) -> Option<Dimension> {
    let (above, below) = unit.split_once('/')?;
    let base = |unit: &str| unit.trim_end_matches(['^', '2', '²']).to_owned();
    let is = |wanted: Dimension, unit: &str| measured(unit).contains(&wanted);
    let (first, second) = below
        .split_once('/')
        .map_or((below, None), |(first, second)| (first, Some(second)));
    if !is(Dimension::Length, above) || !is(Dimension::Duration, &base(first)) {
        return None;
    }
    let is_squared = second.is_some() || first.ends_with(['2', '²']);
    Some(if is_squared {
        Dimension::Acceleration
    } else {
        Dimension::Speed
    })
}

/// Whether a lower-case word is a unit.
pub(in crate::catalog_planner::reading) fn is_unit(word: &str) -> bool {
    dimensions(word).next().is_some()
}

/// What the unit measures that a text begins with.
fn first_unit(text: &str) -> Option<Dimension> {
    let words: Vec<&str> = text.split(' ').take(3).collect();
    let squared = words.get(..2).map(|pair| pair.join(" "));
    let per = matches!(words[..], [_, "per", _]).then(|| format!("{}/{}", words[0], words[2]));
    let units = [squared.as_deref(), per.as_deref(), words.first().copied()];
    units
        .into_iter()
        .flatten()
        .find_map(|unit| dimensions(unit).next())
}

/// What a slot measures by its name, else by the units that its description names.
pub(in crate::catalog_planner::reading) fn of_slot(
    name: &[String],
    description: &str,
    shape: &Shape,
) -> Option<Dimension> {
    if !matches!(
        shape.item(),
        Shape::Integer | Shape::Number | Shape::Any | Shape::Text(None)
    ) {
        return None;
    }
    let in_units = || {
        let description = format!(" {description}");
        let after = description
            .split(" in ")
            .skip(1)
            .map(|rest| rest.split(['.', ',', ')', ';']).next().unwrap_or_default());
        after.flat_map(first_unit).next()
    };
    // "Number of years" is how long, "number of guests" is how many.
    // What stands after "per" says how often rather than what.
    let own = name.iter().position(|word| word == "per").unwrap_or(name.len());
    let telling = || name[..own].iter().rev();
    let by_unit = telling().filter(|word| {
        (word.len() > 2 && *word != "year") || ["kg", "km", "cm", "mm", "lb"].contains(&word.as_str())
    });
    if let Some(unit) = by_unit.flat_map(|word| dimensions(word)).next() {
        return Some(unit);
    }
    // A "max_rate" is a rate; of what is unknown, "max" says no more than that it is bounded.
    let is_bound = |word: &String| ["max", "min", "top", "total"].contains(&word.as_str());
    let is_one = |name: &[String]| name.last().is_some_and(|last| !last.ends_with('s'));
    let bounds_one = own == name.len() && name.len() > 1 && is_one(name);
    let by_name = telling()
        .filter(|word| !(bounds_one && is_bound(word)))
        .find_map(|word| NAMED.get(word.as_str()).and_then(|named| named.first().copied()));
    let counts = description.starts_with("number of ") || description.starts_with("how many ");
    match (by_name, in_units()) {
        (Some(Dimension::Length | Dimension::Money) | None, None) if counts => Some(Dimension::Count),
        // An "hourly rate in dollars" is money.
        (Some(Dimension::Count | Dimension::Money | Dimension::Share), Some(unit))
            if unit != Dimension::Count =>
        {
            Some(unit)
        }
        (Some(Dimension::Duration), Some(Dimension::Year)) => Some(Dimension::Duration),
        (Some(found), _) => Some(found),
        (None, unit) => unit,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog_planner::word::words;

    #[test]
    fn slots_measure_what_their_names_and_units_say() {
        for (name, description, dimension) in [
            ("base", "The base of the triangle", Some(Dimension::Length)),
            ("x", "How far to go, in kilometers.", Some(Dimension::Length)),
            ("interest_rate", "", Some(Dimension::Share)),
            ("num_guests", "", Some(Dimension::Count)),
            ("years", "", Some(Dimension::Duration)),
            ("max_rent", "", Some(Dimension::Money)),
            ("max_gizmo", "", None),
            ("max_results", "", Some(Dimension::Count)),
            ("hourly_rate", "Fee in dollars", Some(Dimension::Money)),
            ("x", "how large it is in square feet", Some(Dimension::Area)),
            ("x", "in m/s", Some(Dimension::Speed)),
            ("x", "in meters per second", Some(Dimension::Speed)),
            ("x", "in m/s^2", Some(Dimension::Acceleration)),
            ("x", "", None),
        ] {
            assert_eq!(
                of_slot(&words(name), description, &Shape::Number),
                dimension,
                "{name}"
            );
        }
        assert_eq!(of_slot(&words("age"), "", &Shape::Boolean), None);
        assert!(is_unit("km") && !is_unit("dog"));
    }
}
