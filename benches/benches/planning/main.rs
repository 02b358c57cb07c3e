//! Goals with the calls that are right for them: how often the planner finds the task, all arguments, and when to refuse.
//!
//! `--failures` lists what went wrong over the seen cases; the unseen ones are only ever counted. `--scale` plans the same
//! goals over a hundred thousand tasks of a file, `--catalog` over as many of a catalog on SQLite.

mod bm25;
mod case;
mod catalog;
mod grade;
mod rename;
mod round;
mod scale;

use orch_benches::{Outcome, Table};

use case::{Field, fields, twins};
use round::{Among, Graded, Round, Wording};

/// The least that each figure must be over the seen and over the unseen cases; a little below what was measured.
const FLOORS: [(&str, [f64; 4]); 2] = [
    ("seen", [0.93, 0.86, 0.92, 0.90]),
    ("unseen", [0.86, 0.69, 0.70, 0.90]),
];
/// The most that the share of right tasks may fall where goals are said otherwise.
const MAX_FALL: f64 = 0.12;

fn main() -> Outcome<()> {
    let has = |flag: &str| std::env::args().any(|argument| argument == flag);
    let shows = has("--failures");
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
    let (all, twins) = (fields_of_both()?, twins()?);
    if has("--catalog") {
        return catalog::measure(&all);
    }
    for (split, floors) in FLOORS.into_iter().filter(|(split, _)| !shows || *split == "seen") {
        let fields = fields(split)?;
        let mut graded = |among, wording| -> Outcome<Graded> {
            let round = Round {
                fields: &fields,
                all: &all,
                twins: &twins,
                among,
                wording,
                shows,
            };
            let graded = round.graded()?;
            row(&mut table, split, round, &graded);
            Ok(graded)
        };
        for among in [Among::Alone, Among::Few] {
            graded(among, Wording::Own)?;
        }
        let own = graded(Among::All, Wording::Own)?;
        let reached = [
            own.single.rate(|grade| grade.task),
            own.single.rate(|grade| grade.arguments),
            own.several.rate(|grade| grade.arguments),
            own.refusals.rate(|grade| grade.arguments),
        ];
        if reached
            .iter()
            .zip(floors)
            .any(|(reached, floor)| *reached < floor)
        {
            broken.push(format!("{split}: {reached:.3?} is below {floors:?}"));
        }
        if !shows {
            graded(Among::All, Wording::Renamed)?;
        }
        let paired = graded(Among::All, Wording::Paired)?
            .single
            .rate(|grade| grade.task);
        let said = graded(Among::All, Wording::Paraphrased)?
            .single
            .rate(|grade| grade.task);
        if said < paired - MAX_FALL {
            broken.push(format!(
                "{split}: {said:.3} where goals are said otherwise, {paired:.3} as written"
            ));
        }
    }
    println!("{table}");
    if has("--scale") {
        scale::scale(&all)?;
    }
    if broken.is_empty() {
        Ok(())
    } else {
        Err(broken.join("; ").into())
    }
}

/// Adds what a round came to.
fn row(table: &mut Table, split: &str, round: Round<'_>, graded: &Graded) {
    let title = match round.wording {
        Wording::Own => split.to_owned(),
        Wording::Renamed => format!("{split}, renamed"),
        Wording::Paired => format!("{split}, those with a paraphrase"),
        Wording::Paraphrased => format!("{split}, paraphrased"),
    };
    let (among, is_ranked) = match round.among {
        Among::Alone => ("one", false),
        Among::Few => ("a field", true),
        Among::All => ("all", true),
    };
    let plain = graded.single.share(|grade| grade.bm25);
    table.row([
        title,
        among.to_owned(),
        graded.single.share(|grade| grade.task),
        if is_ranked { plain } else { "-".to_owned() },
        graded.single.share(|grade| grade.arguments),
        graded.several.share(|grade| grade.arguments),
        graded.refusals.share(|grade| grade.arguments),
        format!("{:.0}", graded.rate),
    ]);
}

fn fields_of_both() -> Outcome<Vec<Field>> {
    let mut both = fields("seen")?;
    both.extend(fields("unseen")?);
    Ok(both)
}
