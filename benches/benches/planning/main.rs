//! Goals with the calls that are right for them: how often the planner finds the task, all arguments, and when to refuse.
//!
//! `--failures` lists what went wrong over the seen cases; the unseen third is only ever counted. `--scale` plans the same
//! goals over a hundred thousand tasks.

mod bm25;
mod case;
mod grade;
mod rename;
mod scale;

use std::time::Instant;

use orch::planner::catalog_planner::Toolbox;
use orch_benches::{Outcome, Table};

use bm25::Bm25;
use case::{Case, Field, fields};
use grade::{Grade, Tally};

/// The least that each figure must be over the seen and over the unseen cases; a little below what was measured.
const FLOORS: [(&str, [f64; 4]); 2] = [
    ("seen", [0.92, 0.9, 0.88, 0.82]),
    ("unseen", [0.8, 0.65, 0.45, 0.8]),
];

/// Whose tasks are at hand for a case.
#[derive(Clone, Copy, PartialEq)]
enum Among {
    /// The right one alone.
    Alone,
    /// Those of its field.
    Few,
    /// Those of all fields.
    All,
}

fn main() -> Outcome<()> {
    let shows = std::env::args().any(|argument| argument == "--failures");
    let mut table = Table::new([
        "cases",
        "among",
        "right task",
        "plain BM25",
        "all arguments",
        "several calls",
        "refused rightly",
        "cases/s",
    ]);
    let mut broken = Vec::new();
    for (split, floors) in FLOORS.into_iter().filter(|(split, _)| !shows || *split == "seen") {
        let fields = fields(split)?;
        let others = fields_of_both()?;
        for (title, renamed) in [(split.to_owned(), false), (format!("{split}, renamed"), true)] {
            if shows && renamed {
                continue;
            }
            for (among, name) in [
                (Among::Alone, "one"),
                (Among::Few, "a field"),
                (Among::All, "all"),
            ] {
                let graded = graded(&fields, &others, among, renamed, shows && among == Among::Few)?;
                table.row([
                    title.clone(),
                    name.to_owned(),
                    graded.single.share(|grade| grade.task),
                    if among == Among::Alone {
                        "-".to_owned()
                    } else {
                        graded.single.share(|grade| grade.bm25)
                    },
                    graded.single.share(|grade| grade.arguments),
                    graded.several.share(|grade| grade.arguments),
                    graded.refusals.share(|grade| grade.arguments),
                    format!("{:.0}", graded.rate),
                ]);
                if among == Among::All && !renamed {
                    let reached = [
                        graded.single.rate(|grade| grade.task),
                        graded.single.rate(|grade| grade.arguments),
                        graded.several.rate(|grade| grade.arguments),
                        graded.refusals.rate(|grade| grade.arguments),
                    ];
                    if reached
                        .iter()
                        .zip(floors)
                        .any(|(reached, floor)| *reached < floor)
                    {
                        broken.push(format!("{split}: {reached:.3?} is below {floors:?}"));
                    }
                }
            }
        }
    }
    println!("{table}");
    if std::env::args().any(|argument| argument == "--scale") {
        scale::scale(&fields_of_both()?)?;
    }
    if broken.is_empty() {
        Ok(())
    } else {
        Err(broken.join("; ").into())
    }
}

fn fields_of_both() -> Outcome<Vec<Field>> {
    let mut both = fields("seen")?;
    both.extend(fields("unseen")?);
    Ok(both)
}

/// How cases were answered.
#[derive(Default)]
struct Graded {
    single: Tally,
    several: Tally,
    refusals: Tally,
    rate: f64,
}

fn graded(fields: &[Field], all: &[Field], among: Among, renamed: bool, shows: bool) -> Outcome<Graded> {
    let mut graded = Graded::default();
    let (mut n_cases, mut took) = (0_u32, 0.0);
    let everything: Vec<String> = all.iter().flat_map(texts).collect();
    let everything = if renamed {
        rename::tasks(&everything)
    } else {
        everything
    };
    let (whole, plain) = (toolbox(&everything)?, Bm25::new(&everything));
    for field in fields {
        let tasks = if renamed {
            rename::tasks(&texts(field))
        } else {
            texts(field)
        };
        let (few, few_plain) = (toolbox(&tasks)?, Bm25::new(&tasks));
        for case in &field.cases {
            let case = if renamed { rename::case(case) } else { case.clone() };
            // What no task of its own field does, another field's may: such a goal is asked of its own field only.
            let is_general = case.why.as_deref() == Some("irrelevant");
            let alone = toolbox(&case.needed(&tasks))?;
            let (toolbox, plain) = match among {
                Among::Alone if !case.calls.is_empty() => (&alone, &few_plain),
                Among::All if !is_general => (&whole, &plain),
                _ => (&few, &few_plain),
            };
            let started = Instant::now();
            let planned = toolbox.calls(&case.goal);
            took += started.elapsed().as_secs_f64();
            n_cases += 1;
            let grade = Grade::of(&case, &planned, plain);
            if shows && !grade.arguments {
                println!("{}", failure(&case, &planned));
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

fn toolbox(tasks: &[String]) -> Outcome<Toolbox> {
    Ok(Toolbox::read(&format!("[{}]", tasks.join(",")))?)
}

fn texts(field: &Field) -> Vec<String> {
    field.tasks.iter().map(|task| task.get().to_owned()).collect()
}

fn failure(
    case: &Case,
    planned: &Result<Vec<orch::planner::catalog_planner::Call>, orch::planner::PlanError>,
) -> String {
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
