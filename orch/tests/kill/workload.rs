//! Which runs are started. A run follows from its label alone, so that a later life can start the very same.

use std::{collections::BTreeMap, fmt};

use orch::{
    Plan,
    planner::{OnFailure, Parameter, StartOptions, Step, plan::StepIdError},
};

use crate::agents::TRADES;

/// Names a run: the how manieth of which life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Label {
    pub(crate) life: u32,
    pub(crate) number: u32,
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.life, self.number)
    }
}

/// Steps, and the steps whose results each takes.
type Shape = &'static [(&'static str, &'static [&'static str])];

const SINGLE: Shape = &[("a", &[])];
const CHAIN: Shape = &[("a", &[]), ("b", &["a"]), ("c", &["b"]), ("d", &["c"])];
const DIAMOND: Shape = &[("a", &[]), ("b", &["a"]), ("c", &["a"]), ("d", &["b", "c"])];
const FAN: Shape = &[
    ("a", &[]),
    ("b", &["a"]),
    ("c", &["a"]),
    ("d", &["a"]),
    ("e", &["a"]),
    ("f", &["b", "c", "d", "e"]),
];

/// How many of the runs of the life before a life starts once more.
const REPEATED: u32 = 8;

impl Label {
    /// What a life starts: runs of the life before once more, then new ones without end.
    pub(crate) fn all_of(life: u32) -> impl Iterator<Item = Self> {
        let before = life.checked_sub(1);
        let again = before
            .into_iter()
            .flat_map(|life| (0..REPEATED).map(move |number| Self { life, number }));
        // A start without a key is never the same as another.
        again
            .filter(|label| label.has_key())
            .chain((0..).map(move |number| Self { life, number }))
    }

    /// Whether the run can be started twice without being two.
    pub(crate) fn has_key(self) -> bool {
        self.number % 5 != 4
    }

    /// Whether the run is cancelled as soon as it was started.
    pub(crate) fn is_cancelled(self) -> bool {
        self.number % 7 == 3
    }

    pub(crate) fn options(self) -> StartOptions {
        let key = self.has_key().then(|| self.to_string());
        StartOptions {
            key,
            ..StartOptions::default()
        }
    }

    pub(crate) fn plan(self) -> Result<Plan, StepIdError> {
        let shapes = [CHAIN, SINGLE, DIAMOND, FAN];
        let shape = shapes[(self.life + self.number) as usize % shapes.len()];
        let steps = shape.iter().map(|(id, before)| self.step(id, before));
        Ok(Plan {
            steps: steps.collect::<Result<_, _>>()?,
            output: None,
        })
    }

    fn step(self, id: &str, before: &[&str]) -> Result<Step, StepIdError> {
        let label = self.to_string();
        let trade = TRADES[usize::try_from(hash(&[id, &label])).unwrap_or(0) % TRADES.len()];
        let results = before
            .iter()
            .map(|before| Ok(Parameter::result(before.parse()?, "/receipt")));
        let arguments = BTreeMap::from([
            ("label".to_owned(), Parameter::literal(label)),
            ("step".to_owned(), Parameter::literal(id)),
            (
                "before".to_owned(),
                Parameter::list(results.collect::<Result<_, _>>()?),
            ),
        ]);
        let on_failure = if self.number.is_multiple_of(2) {
            OnFailure::Skip
        } else {
            OnFailure::Fail
        };
        Ok(Step {
            arguments,
            on_failure,
            ..Step::new(id.parse()?, trade.agent, trade.task)
        })
    }
}

/// A number that follows from the words and looks random (FNV-1a).
pub(crate) fn hash(words: &[&str]) -> u64 {
    let bytes = words.iter().flat_map(|word| word.bytes().chain([0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
