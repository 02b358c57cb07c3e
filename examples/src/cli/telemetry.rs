//! What an operator sees: logs, figures for Prometheus, spans for a collector.

#[cfg(feature = "otlp")]
mod otlp;

use std::{net::SocketAddr, time::Duration};

use axum::{Router, extract::State, http::header, routing::get};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use orch::{Clock, SystemClock, backends::http::HttpOptions};
use tokio::{net::TcpListener, task::JoinSet};
use tracing_subscriber::{filter::LevelFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use super::{Arguments, CliError};

/// Up to where durations and batches are counted apart.
const SECONDS: [f64; 12] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.25, 1.0, 5.0, 30.0, 300.0,
];
const UNITS: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

/// How often what was recorded is drained, which bounds its memory while nobody reads.
const UPKEEP: Duration = Duration::from_secs(5);

/// The content type of the text format, version 0.0.4.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Puts the calls that go out into the traces of this process, where these are kept.
pub(super) fn traced(options: HttpOptions, arguments: &Arguments) -> HttpOptions {
    #[cfg(feature = "otlp")]
    if arguments.otlp.is_some() {
        let traces = std::sync::Arc::new(otlp::CurrentSpan);
        return HttpOptions { traces, ..options };
    }
    let _ = arguments;
    options
}

/// What goes on as long as the command; dropped, it ends.
pub(super) struct Telemetry {
    /// Ends the server of the figures with the command.
    _tasks: JoinSet<()>,
    #[cfg(feature = "otlp")]
    _spans: Option<otlp::Spans>,
}

impl Telemetry {
    /// Begins to log on standard error, and to show what the arguments ask for.
    pub(super) async fn begin(arguments: &Arguments) -> Result<Self, CliError> {
        // Where nobody reads standard error any more, there is nobody to be told so, and no reason to end.
        let log = fmt::layer()
            .with_writer(std::io::stderr)
            .log_internal_errors(false);
        let log = tracing_subscriber::Layer::with_filter(log, LevelFilter::WARN);
        let registry = tracing_subscriber::registry().with(log);
        #[cfg(feature = "otlp")]
        let spans = {
            let spans = arguments.otlp.as_deref().map(otlp::Spans::to).transpose()?;
            registry.with(spans.as_ref().map(otlp::Spans::layer)).init();
            spans
        };
        #[cfg(not(feature = "otlp"))]
        registry.init();
        let mut tasks = JoinSet::new();
        if let Some(address) = arguments.metrics {
            let address = expose(address, &mut tasks).await?;
            tell!("metrics on http://{address}/metrics");
        }
        Ok(Self {
            _tasks: tasks,
            #[cfg(feature = "otlp")]
            _spans: spans,
        })
    }
}

/// Serves the figures of this process at `/metrics`, and says on which address.
async fn expose(address: SocketAddr, tasks: &mut JoinSet<()>) -> Result<SocketAddr, CliError> {
    let figures = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)
        .and_then(|builder| builder.set_buckets_for_metric(Matcher::Suffix("_units".to_owned()), &UNITS))
        .and_then(PrometheusBuilder::install_recorder)
        .map_err(CliError::other)?;
    orch::telemetry::describe();
    let listener = TcpListener::bind(address).await.map_err(CliError::other)?;
    let address = listener.local_addr().map_err(CliError::other)?;
    let router = Router::new()
        .route("/metrics", get(render))
        .with_state(figures.clone());
    tasks.spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "the figures are not served any more"
            );
        }
    });
    tasks.spawn(async move {
        loop {
            SystemClock.sleep(UPKEEP).await;
            figures.run_upkeep();
        }
    });
    Ok(address)
}

async fn render(
    State(figures): State<PrometheusHandle>,
) -> ([(header::HeaderName, &'static str); 1], String) {
    ([(header::CONTENT_TYPE, TEXT)], figures.render())
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[tokio::test]
    async fn figures_are_served_on_an_address_of_their_own() {
        let mut tasks = JoinSet::new();
        let address = expose(([127, 0, 0, 1], 0).into(), &mut tasks).await.unwrap();
        metrics::counter!("orch_runs_started_total").increment(2);
        metrics::histogram!("orch_run_seconds", "status" => "completed").record(0.02);

        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let request = "GET /metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();

        for line in [
            "HTTP/1.1 200 OK",
            "content-type: text/plain; version=0.0.4; charset=utf-8",
            "# HELP orch_runs_started_total Runs that were started here",
            "orch_runs_started_total 2",
            "orch_run_seconds_bucket{status=\"completed\",le=\"0.01\"} 0",
            "orch_run_seconds_bucket{status=\"completed\",le=\"0.025\"} 1",
        ] {
            assert!(
                answer.lines().any(|found| found == line),
                "no {line} in:\n{answer}"
            );
        }
    }
}
