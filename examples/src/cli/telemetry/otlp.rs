//! Spans for a collector, by OTLP over HTTP (OpenTelemetry Protocol 1, binary Protobuf).

use opentelemetry::trace::{TraceContextExt, TracerProvider};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig};
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};
use orch::backends::http::{TraceParent, Traces};
use tracing::Subscriber;
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::{Layer, filter::LevelFilter, registry::LookupSpan};

use super::CliError;

/// Where on a collector spans are sent.
const PATH: &str = "/v1/traces";

/// Sends spans in batches, from a thread of its own, until it is dropped; then the last ones.
pub(super) struct Spans(SdkTracerProvider);

impl Spans {
    /// To the collector at this URL, such as `http://127.0.0.1:4318`.
    pub(super) fn to(collector: &str) -> Result<Self, CliError> {
        let exporter = SpanExporter::builder()
            .with_http()
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(format!("{}{PATH}", collector.trim_end_matches('/')))
            .build()
            .map_err(CliError::other)?;
        let resource = Resource::builder().with_service_name("orchestrator").build();
        let provider = SdkTracerProvider::builder()
            .with_resource(resource)
            .with_batch_exporter(exporter)
            .build();
        Ok(Self(provider))
    }

    /// What hands the spans of this process over.
    pub(super) fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'l> LookupSpan<'l>,
    {
        let tracer = self.0.tracer("orch");
        tracing_opentelemetry::layer()
            .with_tracer(tracer)
            .with_filter(LevelFilter::INFO)
    }
}

/// Where the span that is entered stands in its trace.
#[derive(Debug)]
pub(in crate::cli) struct CurrentSpan;

impl Traces for CurrentSpan {
    fn current(&self) -> Option<TraceParent> {
        let context = tracing::Span::current().context();
        let span = context.span().span_context().clone();
        let (trace, id) = (span.trace_id().to_bytes(), span.span_id().to_bytes());
        TraceParent::new(
            u128::from_be_bytes(trace),
            u64::from_be_bytes(id),
            span.is_sampled(),
        )
    }
}

impl Drop for Spans {
    fn drop(&mut self) {
        if let Err(error) = self.0.shutdown() {
            tell!("warning: the last spans were not sent: {error}");
        }
    }
}
