//! What an operator sees of a run: spans that lead from the run to the agent's own words, and figures that add up.

use std::{
    convert::Infallible,
    fmt,
    sync::{Arc, Mutex},
};

use metrics_exporter_prometheus::PrometheusBuilder;
use orch::{
    Agent, AgentFunction, Orchestrator, RunStatus, Stores,
    planner::StartOptions,
    testing::{self, Script},
};
use serde_json::json;
use tracing_subscriber::{
    Layer, Registry,
    layer::{Context, SubscriberExt},
    registry::LookupSpan,
};

use crate::agents::{Text, one_step};

/// Where an event happened: its text, and the spans around it with their fields, the innermost first.
type Scene = (String, Vec<String>);

/// Remembers every event of the process.
#[derive(Clone, Default)]
struct Scenes(Arc<Mutex<Vec<Scene>>>);

/// The fields of a span, as text.
struct Fields(String);

impl tracing::field::Visit for Fields {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn fmt::Debug) {
        self.0.push_str(&format!(" {field}={value:?}"));
    }
}

impl<S: tracing::Subscriber + for<'l> LookupSpan<'l>> Layer<S> for Scenes {
    fn on_new_span(
        &self,
        attributes: &tracing::span::Attributes<'_>,
        id: &tracing::Id,
        context: Context<'_, S>,
    ) {
        let mut fields = Fields(attributes.metadata().name().to_owned());
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(fields);
        }
    }

    fn on_event(&self, event: &tracing::Event<'_>, context: Context<'_, S>) {
        let mut text = Fields(String::new());
        event.record(&mut text);
        let spans = context.event_scope(event).into_iter().flatten();
        let spans = spans.filter_map(|span| Some(span.extensions().get::<Fields>()?.0.clone()));
        let scene = (text.0, spans.collect());
        self.0.lock().unwrap().push(scene);
    }
}

#[tokio::test]
async fn what_an_agent_says_on_its_own_thread_belongs_to_its_step() {
    let scenes = Scenes::default();
    // Global, because the agent's thread is another one; all other tests of this process are remembered as well.
    tracing::subscriber::set_global_default(Registry::default().with(scenes.clone())).unwrap();
    let agent = Agent::function::<Text, String>("speaker", "say", |input| async move {
        tracing::info!(text = input.text, "spoken");
        Ok::<_, Infallible>(input.text)
    });
    let orchestrator = Orchestrator::builder(Stores::in_memory())
        .agent(agent)
        .build()
        .await
        .unwrap();
    let worker = tokio::spawn(orchestrator.worker());
    let caller = orch::Caller::host("demo".parse().unwrap());
    let runs = orchestrator.orchestrations();
    let started = runs.start_plan(&caller, one_step("speaker"), StartOptions::default());
    let run = started.await.unwrap().run;
    assert_eq!(
        runs.wait(&caller, run).await.unwrap().status(),
        RunStatus::Completed
    );
    worker.abort();

    let scenes = scenes.0.lock().unwrap();
    let of_the_run = |scene: &&Scene| scene.1.last().is_some_and(|span| span.contains(&run.to_string()));
    let spoken = scenes
        .iter()
        .filter(of_the_run)
        .find(|scene| scene.0.contains("spoken"));
    let [send, invoke, outermost] = &spoken.expect("what the agent said").1[..] else {
        panic!("the spans are {spoken:?}");
    };
    assert!(send.starts_with("send attempt=1"), "{send}");
    for field in [
        "invoke invocation=inv_",
        " step=\"a\"",
        " task=\"say\"",
        " agent=agent_",
    ] {
        assert!(invoke.contains(field), "{invoke} lacks {field}");
    }
    assert_eq!(*outermost, format!("run run={run}"));
}

#[test]
fn figures_add_up() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let figures = recorder.handle();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    metrics::with_local_recorder(&recorder, || {
        orch::telemetry::describe();
        runtime.unwrap().block_on(async {
            let test = testing::orchestrator()
                .script("good/say", Script::answer(json!("yes")))
                .price("good", "0.5 ALGO")
                .script("bad/say", Script::fail("no"))
                .credits("acme", "2 ALGO")
                .build()
                .await;
            let caller = test.caller("acme");
            for agent in ["good", "good", "bad"] {
                let runs = test.orchestrator.orchestrations();
                let started = runs.start_plan(&caller, one_step(agent), StartOptions::default());
                test.settled("acme", started.await.unwrap().run).await;
            }
        });
    });
    let text = figures.render();
    for line in [
        "# HELP orch_runs_ended_total Runs that ended here, by how",
        "orch_runs_started_total 3",
        "orch_runs_ended_total{status=\"completed\"} 2",
        "orch_runs_ended_total{status=\"failed\"} 1",
        "orch_runs_driven 0",
        "orch_invocations_total{outcome=\"answered\"} 2",
        "orch_invocations_total{outcome=\"agent_failed\"} 1",
        "orch_invocations_running 0",
        "orch_captured_minor_units_total{currency=\"ALGO\"} 1000000",
    ] {
        assert!(text.lines().any(|found| found == line), "no {line} in:\n{text}");
    }
}
