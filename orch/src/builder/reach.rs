//! How agents outside this process are reached, unless the host brings a way of its own.

use std::sync::Arc;

use orch_a2a::AgentTransport;
use orch_core::Clock;

/// Agents behind HTTP addresses, as the guarded client reaches them.
#[cfg(feature = "http-clients")]
pub(super) fn guarded(
    options: orch_backends::http::HttpOptions,
    clock: Arc<dyn Clock>,
) -> Result<Arc<dyn AgentTransport>, orch_backends::http::TlsError> {
    let client = orch_backends::http::GuardedClient::new(options, clock.clone())?;
    Ok(Arc::new(orch_backends::http::HttpAgents::new(client, clock)))
}

/// Programs of this machine, if the host runs any.
#[cfg(feature = "process")]
pub(super) fn programs(
    options: Option<orch_backends::process::ProcessOptions>,
    clock: Arc<dyn Clock>,
) -> Option<Arc<dyn AgentTransport>> {
    let agents = orch_backends::process::ProcessAgents::new(options?, clock);
    Some(Arc::new(agents))
}
