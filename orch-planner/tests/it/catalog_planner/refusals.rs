//! Goals that are refused, and the words for it.

use orch_core::{agent::Status, catalog::Catalog};
use orch_planner::{Goal, PlanError, Planner, catalog_planner::CatalogPlanner};

use super::{agents, caller, catalog_of, plan, planner_over};

#[tokio::test]
async fn what_nothing_fits_is_named() {
    for (goal, part) in [
        ("Launch a rocket to the moon", "Launch a rocket to the moon"),
        (
            "Read examples/data/reviews.csv and delete the database",
            "delete the database",
        ),
        (
            "Read a.csv, then draw a chart of the prices",
            "draw a chart of the prices",
        ),
        (
            "Tell the sentiment of a.csv and the phase of the moon",
            "the phase of the moon",
        ),
        (
            "Delete examples/data/reviews.csv",
            "Delete examples/data/reviews.csv",
        ),
        ("Transcribe talk.mp3", "Transcribe talk.mp3"),
        ("Read a.csv and sort the rows by date", "sort the rows by date"),
        ("Compare a.csv with b.csv", "Compare a.csv with b.csv"),
        ("Upload a.csv to the cloud", "Upload a.csv to the cloud"),
        (
            "Tell the sentiment of a.csv and what they are about",
            "what they are about",
        ),
        ("asdf qwer zxcv", "asdf qwer zxcv"),
        ("!!! ???", "!!! ???"),
    ] {
        match plan(goal).await {
            Err(PlanError::NothingFits { wish }) => assert_eq!(wish, part, "{goal}"),
            other => panic!("{goal}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn what_is_missing_is_named() {
    for (goal, task, argument) in [
        ("Summarize the text", "text-summarizer/summarize_text", "text"),
        ("Read the table", "table-reader/read_table", "path"),
        ("Tell me the weather", "weather/get_weather", "city"),
        (
            "Translate 'hello'",
            "translator/translate_text",
            "target_language",
        ),
        ("Convert 5 USD", "currency/convert_currency", "to"),
        ("Send an email to ann@example.com", "mailer/send_email", "body"),
    ] {
        match plan(goal).await {
            Err(PlanError::MissingArgument {
                task: named,
                argument: missing,
            }) => {
                assert_eq!((named.as_str(), missing.as_str()), (task, argument), "{goal}");
            }
            other => panic!("{goal}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn what_is_out_of_bounds_is_named() {
    let error = plan("Extract the top 500 keywords of a.csv").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        r#"task keyword-extractor/extract_keywords does not take 500 as "count": it is more than 100"#
    );
}

#[tokio::test]
async fn an_empty_catalog_fits_nothing() {
    let goal = Goal::new("Summarize a.txt").unwrap();
    let refused = planner_over([]).await.plan(&caller(), &goal).await;
    assert!(matches!(refused, Err(PlanError::NothingFits { .. })));
}

async fn go_away(catalog: &Catalog, agent: &str) {
    let agent = catalog.find(&caller(), agent).await.unwrap();
    catalog
        .set_status(&caller(), agent.id, Status::Offline)
        .await
        .unwrap();
}

#[tokio::test]
async fn who_is_away_is_named() {
    let catalog = catalog_of([agents::sentiment(), agents::keywords()]).await;
    let planner = CatalogPlanner::new(catalog.clone());
    let both =
        Goal::new("Extract the keywords of 'good bread' and tell the sentiment of 'good bread'").unwrap();
    planner.plan(&caller(), &both).await.unwrap();
    go_away(&catalog, "sentiment-analyzer").await;
    let refused = planner.plan(&caller(), &both).await;
    assert!(
        matches!(&refused, Err(PlanError::Offline { agent, .. }) if agent == "sentiment-analyzer"),
        "{refused:?}"
    );
    let other = Goal::new("Extract the keywords of 'good bread'").unwrap();
    planner.plan(&caller(), &other).await.unwrap();
}

#[tokio::test]
async fn too_many_agents_may_be_for_want_of_one_that_is_away() {
    let mut versatile = agents::sentiment();
    versatile.name = "versatile".parse().unwrap();
    versatile.version.pricing = agents::price(1);
    versatile.version.tasks.extend(agents::keywords().version.tasks);
    let catalog = catalog_of([versatile, agents::sentiment(), agents::keywords()]).await;
    let planner = CatalogPlanner::new(catalog.clone());
    let mut both =
        Goal::new("Extract the keywords of 'good bread' and tell the sentiment of 'good bread'").unwrap();
    both.limits.max_agents = 1;
    planner.plan(&caller(), &both).await.unwrap();
    go_away(&catalog, "versatile").await;
    let refused = planner.plan(&caller(), &both).await;
    assert!(
        matches!(&refused, Err(PlanError::Offline { agent, .. }) if agent == "versatile"),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_value_that_nothing_takes_is_not_ignored() {
    let planner = planner_over([agents::sentiment(), agents::keywords()]).await;
    let refused = planner
        .plan(&caller(), &Goal::new("sentiment of a.csv").unwrap())
        .await;
    assert!(
        matches!(refused, Err(PlanError::MissingArgument { .. })),
        "{refused:?}"
    );
}
