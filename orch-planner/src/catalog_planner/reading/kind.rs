//! Kinds: what a thing is by its everyday name, so that a value tells for which slot it is said. A tiger is an animal, and
//! a task that wants an animal is meant rather than one that wants a film.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use crate::catalog_planner::{stem::stem, word::words};

/// The longest value that is looked at, in words.
const MAX_WORDS: usize = 4;

/// What things are called, and things that are so.
const KINDS: &[(&str, &str)] = &[
    (
        "animal species creature",
        "antelope ape bear beaver bee bison butterfly camel cat cheetah chimpanzee cow crocodile deer dog dolphin duck \
         eagle elephant falcon fox frog giraffe goat gorilla hamster hawk horse jaguar kangaroo kitten koala leopard \
         lion lizard lynx monkey octopus owl panda parrot penguin pig puppy rabbit rhino seal shark sheep snake spider \
         squirrel swan tiger tortoise turtle whale wolf zebra",
    ),
    (
        "bird",
        "crow duck eagle falcon finch gull hawk owl parrot penguin pigeon robin sparrow stork swan",
    ),
    (
        "breed",
        "beagle bulldog collie dachshund labrador poodle retriever shepherd terrier",
    ),
    (
        "food ingredient product",
        "apple avocado bacon banana bean beef bread broccoli butter cake carrot cheese chicken chickpea chocolate corn \
         cream cucumber egg eggplant fish flour garlic ham honey kale lamb lemon lentil lettuce mango milk mushroom \
         noodle oat onion orange pasta peanut pepper pizza pork potato pumpkin quinoa rice salmon shrimp soup spinach \
         strawberry sugar tofu tomato tuna turkey yogurt zucchini",
    ),
    (
        "dish recipe meal",
        "cake casserole chili curry lasagna omelette paella pancake pie pizza pudding risotto salad soup steak stew sushi taco",
    ),
    (
        "plant tree crop",
        "basil beech birch bush cactus carrot cedar cucumber elm fern fir lavender lily maple oak orchid pine potato rose \
         spruce sunflower tomato tulip wheat willow",
    ),
    (
        "sport league",
        "badminton baseball basketball boxing cricket cycling football golf gymnastics hockey rugby skiing soccer \
         swimming tennis volleyball",
    ),
    (
        "instrument",
        "banjo bass cello clarinet drum flute guitar harp oboe organ piano saxophone trombone trumpet ukulele viola violin",
    ),
    (
        "element substance metal material",
        "aluminum argon calcium carbon chlorine cobalt copper gallium gold helium hydrogen iron krypton lead lithium \
         magnesium mercury neon nickel nitrogen oxygen platinum potassium silicon silver sodium steel sulfur tin \
         titanium tungsten uranium xenon zinc",
    ),
    (
        "compound substance chemical",
        "acetone ammonia benzene caffeine ethanol glucose methane methanol salt sucrose water",
    ),
    (
        "drug medication medicine",
        "amoxicillin antibiotic aspirin ibuprofen insulin metformin morphine paracetamol penicillin vaccine warfarin",
    ),
    (
        "symptom",
        "ache chill cough dizziness fatigue fever headache nausea pain rash throat",
    ),
    (
        "game",
        "backgammon bridge checkers chess dominoes monopoly poker roulette scrabble solitaire",
    ),
    (
        "genre style",
        "blues classical comedy drama folk horror jazz metal pop punk reggae rock romance techno thriller western",
    ),
    (
        "planet body",
        "earth jupiter mars mercury moon neptune pluto saturn uranus venus",
    ),
    (
        "event history",
        "armistice battle coronation crusade independence massacre rebellion revolution siege treaty war",
    ),
    (
        "vehicle transport mode",
        "bicycle bike boat bus car motorcycle plane scooter ship subway train truck van",
    ),
    ("river water", "amazon danube mississippi nile rhine thames volga"),
    (
        "job profession title position",
        "accountant analyst chef dentist developer driver electrician engineer manager nurse plumber teacher welder",
    ),
    (
        "specialty doctor",
        "cardiologist cardiology dentist dermatologist dermatology neurologist neurology oncology pediatrician pediatrics",
    ),
    (
        "room",
        "attic basement bathroom bedroom cellar garage hallway kitchen nursery office pantry",
    ),
    (
        "shape",
        "circle cone cube cylinder hexagon pyramid rectangle sphere square triangle",
    ),
    (
        "relation",
        "aunt brother cousin daughter father grandfather grandmother mother sister son uncle",
    ),
];

static KIND: LazyLock<BTreeMap<String, BTreeSet<String>>> = LazyLock::new(|| {
    let mut kinds: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (names, things) in KINDS {
        for thing in things.split_whitespace() {
            let own = kinds.entry(stem(thing)).or_default();
            own.extend(names.split(' ').map(stem));
        }
    }
    kinds
});

/// The stems of what a thing is called by its kind; none where nothing is known of it.
pub(super) fn kinds(text: &str) -> impl Iterator<Item = &'static str> {
    let said = words(text);
    let known = (said.len() <= MAX_WORDS).then_some(said).into_iter().flatten();
    known
        .filter_map(|word| KIND.get(&stem(&word)))
        .flatten()
        .map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_is_known_by_its_kind() {
        let has = |text: &str, kind: &str| kinds(text).any(|known| known == stem(kind));
        assert!(has("two tigers", "animals") && has("Snow Leopard", "species"));
        assert!(has("Mars", "planet") && !has("Mars", "animal"));
        assert_eq!(kinds("zebras that cross a road in town").count(), 0);
        assert_eq!(kinds("").count(), 0);
    }

    #[test]
    fn a_value_tells_the_task_by_its_kind() {
        let task = |name: &str, slot: &str| {
            format!(
                r#"{{"name": "{name}", "description": "Tells facts",
                    "parameters": {{"{slot}": {{"type": "string", "required": true}}}}}}"#
            )
        };
        let toolbox = [task("film_facts", "film"), task("beast_facts", "animal")].join("\n");
        let toolbox = crate::catalog_planner::Toolbox::read(&toolbox).unwrap();
        let calls = toolbox.calls("Tell me facts about the tiger").unwrap();
        assert_eq!(calls[0].task, "beast_facts");
    }
}
