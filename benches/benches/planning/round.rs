//! One round: all cases of some fields, with some tasks at hand, in some wording.

use std::{
    collections::{HashMap, hash_map::Entry},
    time::Instant,
};

use orch::planner::{
    PlanError,
    catalog_planner::{Call, Toolbox},
};
use orch_benches::Outcome;

use crate::{
    bm25::Bm25,
    case::{Case, Field, name},
    grade::{Grade, Tally},
    rename,
};

/// Whose tasks are at hand for a case.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Among {
    /// The right one alone.
    Alone,
    /// Those of its field.
    Few,
    /// Those of all fields.
    All,
}

/// In which words tasks and goals are told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Wording {
    /// As they are written.
    Own,
    /// With other names for tasks and parameters.
    Renamed,
    /// As written, those goals that are also said otherwise.
    Paired,
    /// Those goals as they are said otherwise.
    Paraphrased,
}

/// A round over some fields.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Round<'f> {
    /// The fields whose cases are asked.
    pub(crate) fields: &'f [Field],
    /// All fields.
    pub(crate) all: &'f [Field],
    /// Names of tasks of several fields that nobody could tell apart.
    pub(crate) twins: &'f [Vec<String>],
    /// Whose tasks are at hand.
    pub(crate) among: Among,
    /// In which words.
    pub(crate) wording: Wording,
    /// Whether what went wrong is printed.
    pub(crate) shows: bool,
}

/// How cases were answered.
#[derive(Debug, Default)]
pub(crate) struct Graded {
    /// Those with one call.
    pub(crate) single: Tally,
    /// Those with several.
    pub(crate) several: Tally,
    /// Those to be refused.
    pub(crate) refusals: Tally,
    /// How many were planned in a second.
    pub(crate) rate: f64,
}

impl Round<'_> {
    /// Asks every case.
    pub(crate) fn graded(self) -> Outcome<Graded> {
        let mut graded = Graded::default();
        let (mut n_cases, mut took) = (0_u32, 0.0);
        let everything: Vec<String> = self.all.iter().flat_map(texts).collect();
        let whole = self.offered(&everything)?;
        let names: Vec<String> = everything.iter().map(|task| name(task)).collect();
        // What is left of all without the twins of some, which several cases have in common.
        let mut rests: HashMap<Vec<String>, (Toolbox, Bm25)> = HashMap::new();
        for field in self.fields {
            let own = texts(field);
            let tasks = self.told(own.clone());
            let few = (toolbox(&tasks)?, Bm25::new(&tasks));
            let asked = field
                .cases
                .iter()
                .flat_map(|case| self.cases(case).into_iter().map(move |asked| (case, asked)));
            for (written, case) in asked {
                // What no task of its own field does, another field's may: such a goal is asked of its own field only.
                let is_general = case.why.as_deref() == Some("irrelevant");
                let alone;
                let (toolbox, plain) = match self.among {
                    Among::Alone if !case.calls.is_empty() => {
                        alone = toolbox(&case.needed(&tasks))?;
                        (&alone, &few.1)
                    }
                    Among::All if !is_general => {
                        let rest = written.without_twins(&everything, &names, &own, self.twins);
                        let offered = match rest.map(|rest| rests.entry(rest)) {
                            None => &whole,
                            Some(Entry::Occupied(rest)) => rest.into_mut(),
                            Some(Entry::Vacant(rest)) => {
                                let offered = self.offered(rest.key())?;
                                rest.insert(offered)
                            }
                        };
                        (&offered.0, &offered.1)
                    }
                    _ => (&few.0, &few.1),
                };
                let started = Instant::now();
                let planned = toolbox.calls(&case.goal);
                took += started.elapsed().as_secs_f64();
                n_cases += 1;
                let grade = Grade::of(&case, &planned, plain);
                // Among all tasks, only what is worse there is of interest.
                if self.shows && !(grade.task && (grade.arguments || self.among == Among::All)) {
                    println!(
                        "{:?}, {:?}: {}",
                        self.among,
                        self.wording,
                        failure(&case, &planned)
                    );
                }
                let tally = match case.calls.len() {
                    0 => &mut graded.refusals,
                    1 => &mut graded.single,
                    _ => &mut graded.several,
                };
                tally.add(grade);
            }
        }
        graded.rate = f64::from(n_cases) / took;
        Ok(graded)
    }

    /// These tasks, told in the words of this round, for the planner and for plain BM25.
    fn offered(self, tasks: &[String]) -> Outcome<(Toolbox, Bm25)> {
        let told = self.told(tasks.to_vec());
        Ok((toolbox(&told)?, Bm25::new(&told)))
    }

    /// Tasks in the words of this round.
    fn told(self, tasks: Vec<String>) -> Vec<String> {
        if self.wording == Wording::Renamed {
            rename::tasks(&tasks)
        } else {
            tasks
        }
    }

    /// What is asked of a case in this round.
    fn cases(self, case: &Case) -> Vec<Case> {
        let also = case.also.iter();
        match self.wording {
            Wording::Own => vec![case.clone()],
            Wording::Renamed => vec![rename::case(case)],
            Wording::Paired => also.map(|_| case.clone()).collect(),
            Wording::Paraphrased => {
                let said = |goal: &String| Case {
                    goal: goal.clone(),
                    ..case.clone()
                };
                also.map(said).collect()
            }
        }
    }
}

/// A toolbox of these tasks.
pub(crate) fn toolbox(tasks: &[String]) -> Outcome<Toolbox> {
    Ok(Toolbox::read(&format!("[{}]", tasks.join(",")))?)
}

/// The tasks of a field, as they are written.
pub(crate) fn texts(field: &Field) -> Vec<String> {
    field.tasks.iter().map(|task| task.get().to_owned()).collect()
}

fn failure(case: &Case, planned: &Result<Vec<Call>, PlanError>) -> String {
    let made = match planned {
        Ok(calls) => serde_json::to_string(calls).unwrap_or_default(),
        Err(error) => error.to_string(),
    };
    format!(
        "{}\n    wants {}\n    made  {made}",
        case.goal,
        serde_json::to_string(&case.calls).unwrap_or_default()
    )
}
