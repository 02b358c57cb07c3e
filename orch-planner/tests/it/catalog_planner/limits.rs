//! Plans keep to the limits of their goals.

use orch_core::{Amount, Currency, catalog::AgentDraft};
use orch_planner::{Goal, GoalLimits, PlanError, Planner};

use super::{agents, assert_steps, caller, planner_over, shown};

fn algo(minor: i64) -> Amount {
    Amount::new(minor, Currency::Algo).unwrap()
}

fn goal(text: &str, limits: GoalLimits) -> Goal {
    Goal::new(text).unwrap().with_limits(limits).unwrap()
}

/// A second agent that judges sentiment, for another price.
fn rival(minor: i64) -> AgentDraft {
    let mut rival = agents::sentiment();
    rival.name = "rival".parse().unwrap();
    rival.version.pricing = agents::price(minor);
    rival
}

#[tokio::test]
async fn more_agents_than_allowed_are_refused() {
    let planner = planner_over(agents::all()).await;
    let text = "Tell the sentiment and the keywords of a.csv";
    let limits = |max_agents| GoalLimits {
        max_agents,
        ..GoalLimits::default()
    };
    assert!(planner.plan(&caller(), &goal(text, limits(3))).await.is_ok());
    let refused = planner.plan(&caller(), &goal(text, limits(2))).await;
    assert!(
        matches!(
            refused,
            Err(PlanError::TooManyAgents {
                required: 3,
                allowed: 2
            })
        ),
        "{refused:?}"
    );
}

#[tokio::test]
async fn one_agent_that_does_it_all_is_found_though_others_do_each_better() {
    let named = |mut agent: AgentDraft, name: &str, minor| {
        agent.name = name.parse().unwrap();
        agent.version.pricing = agents::price(minor);
        agent
    };
    let mut versatile = named(agents::sentiment(), "versatile", 5_000);
    versatile.version.tasks.extend(agents::keywords().version.tasks);
    // It is last in every order, and whoever does either is cheaper.
    let planner = planner_over([
        named(agents::keywords(), "cheap-keywords", 1),
        named(agents::keywords(), "keywords-too", 2),
        named(agents::sentiment(), "cheap-sentiment", 1),
        named(agents::sentiment(), "sentiment-too", 2),
        versatile,
    ])
    .await;
    let text = "Extract the keywords of 'good bread' and tell the sentiment of 'good bread'";
    let plan = async |max_agents, budget| {
        let limits = GoalLimits {
            max_agents,
            budget: Some(algo(budget)),
            ..GoalLimits::default()
        };
        let plan = planner.plan(&caller(), &goal(text, limits)).await;
        plan.map(|plan| plan.steps.into_iter().map(|step| step.agent).collect::<Vec<_>>())
    };
    assert_eq!(
        plan(2, 10_000).await.unwrap(),
        ["cheap-keywords", "cheap-sentiment"]
    );
    assert_eq!(plan(1, 10_000).await.unwrap(), ["versatile", "versatile"]);
    let too_dear = plan(1, 9_999).await;
    assert!(
        matches!(too_dear, Err(PlanError::TooManyAgents { allowed: 1, .. })),
        "{too_dear:?}"
    );
}

#[tokio::test]
async fn a_cheaper_agent_is_found_within_the_budget() {
    let budget = |minor| GoalLimits {
        budget: Some(algo(minor)),
        preferred: vec!["sentiment-analyzer".into()],
        ..GoalLimits::default()
    };
    let mut dear = agents::sentiment();
    dear.version.pricing = agents::price(5_000);
    let planner = planner_over([agents::table(), dear, rival(3_000)]).await;
    let text = "Judge the sentiment of a.csv";
    let agent = |plan: &orch_planner::Plan| plan.steps[1].agent.clone();
    assert_eq!(
        agent(&planner.plan(&caller(), &goal(text, budget(6_000))).await.unwrap()),
        "sentiment-analyzer"
    );
    assert_eq!(
        agent(&planner.plan(&caller(), &goal(text, budget(5_999))).await.unwrap()),
        "rival"
    );
    match planner.plan(&caller(), &goal(text, budget(3_999))).await {
        Err(PlanError::Budget { required, available }) => {
            assert_eq!((required, available), (algo(4_000), algo(3_999)));
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn another_currency_is_refused() {
    let budget = Some(Amount::new(1_000_000, Currency::Usd).unwrap());
    let planner = planner_over(agents::all()).await;
    let refused = planner
        .plan(
            &caller(),
            &goal(
                "sentiment of a.csv",
                GoalLimits {
                    budget,
                    ..GoalLimits::default()
                },
            ),
        )
        .await;
    assert!(matches!(refused, Err(PlanError::Currency { .. })), "{refused:?}");
}

#[tokio::test]
async fn preferred_agents_come_first_and_excluded_ones_never() {
    let planner = planner_over([agents::table(), agents::sentiment(), rival(1_000)]).await;
    for name in ["sentiment-analyzer", "rival", "acme/rival"] {
        let preferred = GoalLimits {
            preferred: vec![name.into()],
            ..GoalLimits::default()
        };
        let plan = planner
            .plan(&caller(), &goal("sentiment of a.csv", preferred))
            .await
            .unwrap();
        assert_eq!(plan.steps[1].agent, name.trim_start_matches("acme/"), "{name}");
    }
    let excluded = GoalLimits {
        excluded: vec!["rival".into(), "acme/sentiment-analyzer".into()],
        ..GoalLimits::default()
    };
    let refused = planner
        .plan(&caller(), &goal("sentiment of a.csv", excluded))
        .await;
    assert!(
        matches!(refused, Err(PlanError::NothingFits { .. })),
        "{refused:?}"
    );
    let excluded = GoalLimits {
        excluded: vec!["table-reader".into()],
        ..GoalLimits::default()
    };
    let refused = planner
        .plan(&caller(), &goal("sentiment of a.csv", excluded))
        .await;
    assert!(
        matches!(refused, Err(PlanError::MissingArgument { .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_preference_does_not_make_an_agent_fit() {
    let preferred = GoalLimits {
        preferred: vec!["jokes".into()],
        ..GoalLimits::default()
    };
    let planner = planner_over(agents::all()).await;
    let plan = planner
        .plan(&caller(), &goal("keywords of 'one two'", preferred))
        .await;
    assert_steps(
        "keywords",
        &plan,
        &[r#"extract_keywords = keyword-extractor(text: "one two")"#],
    );
    assert_eq!(shown(&plan.unwrap()).len(), 1);
}

#[tokio::test]
async fn a_large_catalog_is_searched() {
    let crowd = (0..150).map(|number| {
        let mut agent = agents::others().remove(number % 13);
        agent.name = format!("crowd{number}").parse().unwrap();
        agent
    });
    let planner = planner_over(crowd.chain(agents::useful())).await;
    let plan = planner
        .plan(
            &caller(),
            &Goal::new("Read a.csv and tell the mood and a short summary").unwrap(),
        )
        .await;
    let steps = [
        r#"read_table = table-reader(path: "a.csv")"#,
        "analyze_sentiment = sentiment-analyzer(text: <read_table/text>)",
        "summarize_text = text-summarizer(text: <read_table/text>)",
    ];
    assert_steps("large", &plan, &steps);
}

#[tokio::test]
async fn what_makes_what_a_task_takes_is_found_in_a_large_catalog() {
    let is_of_the_sun =
        |agent: &orch_core::catalog::AgentDraft| ["geocoder", "sun"].contains(&agent.name.as_str());
    let (mut useful, others): (Vec<_>, Vec<_>) = agents::others().into_iter().partition(is_of_the_sun);
    let crowd = (0..150).map(|number| {
        let mut agent = others[number % others.len()].clone();
        agent.name = format!("crowd{number}").parse().unwrap();
        agent
    });
    useful[0].version.tasks[0].description = "Finds the latitude and the longitude of a place.".to_owned();
    let planner = planner_over(crowd.chain(useful)).await;
    let plan = planner
        .plan(&caller(), &Goal::new("Tell the sun times in Reykjavik").unwrap())
        .await;
    let steps = [
        r#"geocode = geocoder(place: "Reykjavik")"#,
        "sun_times = sun(latitude: <geocode/latitude>, longitude: <geocode/longitude>)",
    ];
    assert_steps("behind", &plan, &steps);
}
