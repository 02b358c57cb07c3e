use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use futures_util::future::BoxFuture;
use http::Uri;
use hyper_util::rt::TokioIo;
use orch_core::Clock;
use tokio::net::TcpStream;
use tower_service::Service;

use super::{Resolver, network::Rules, within::within};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Why there is no connection; found again in the chain of causes that the layers above wrap around it.
#[derive(Debug, thiserror::Error)]
pub(super) enum ConnectFault {
    #[error("no address of the host is allowed")]
    Forbidden,
    #[error("the host cannot be resolved")]
    Unresolved(#[source] io::Error),
    #[error("no connection within {0:?}")]
    TimedOut(Duration),
}

/// Opens connections, and only to addresses that the rules allow: it resolves, judges and connects in one go, so there is
/// no moment in which a name could come to mean something else.
#[derive(Clone, Debug)]
pub(super) struct Guard {
    pub(super) rules: Rules,
    pub(super) resolver: Arc<dyn Resolver>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) timeout: Duration,
}

impl Guard {
    /// More addresses of one name than this are not tried.
    const MAX_ADDRESSES: usize = 8;

    async fn connect(self, uri: Uri) -> Result<TokioIo<TcpStream>, BoxError> {
        let scheme = uri.scheme_str().unwrap_or_default();
        let host = uri.host().unwrap_or_default();
        let port = uri.port_u16().unwrap_or(if scheme == "https" { 443 } else { 80 });
        let allowed = self.allowed(scheme, host).await?;
        // An address that does not answer leaves time for the next one.
        let share = self.timeout / u32::try_from(allowed.len()).unwrap_or(u32::MAX).max(1);
        let mut failure = BoxError::from(ConnectFault::Forbidden);
        for address in allowed {
            let connecting = TcpStream::connect(SocketAddr::new(address, port));
            match within(&*self.clock, self.clock.now() + share, connecting).await {
                Some(Ok(stream)) => {
                    stream.set_nodelay(true)?;
                    return Ok(TokioIo::new(stream));
                }
                Some(Err(error)) => failure = error.into(),
                None => failure = ConnectFault::TimedOut(share).into(),
            }
        }
        Err(failure)
    }

    /// The addresses of the host that may be called.
    async fn allowed(&self, scheme: &str, host: &str) -> Result<Vec<IpAddr>, ConnectFault> {
        let literal = host.trim_start_matches('[').trim_end_matches(']');
        let addresses = match literal.parse() {
            Ok(address) => vec![address],
            Err(_) => self
                .resolver
                .resolve(host)
                .await
                .map_err(ConnectFault::Unresolved)?,
        };
        if addresses.is_empty() {
            return Err(ConnectFault::Unresolved(io::ErrorKind::NotFound.into()));
        }
        let allowed = addresses
            .into_iter()
            .filter(|&address| self.rules.permit(scheme, address));
        let allowed: Vec<IpAddr> = allowed.take(Self::MAX_ADDRESSES).collect();
        if !self.rules.permit_scheme(scheme) || allowed.is_empty() {
            return Err(ConnectFault::Forbidden);
        }
        Ok(allowed)
    }
}

impl Service<Uri> for Guard {
    type Response = TokioIo<TcpStream>;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Self::Response, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        Box::pin(self.clone().connect(uri))
    }
}

/// Bounds the time of a connector: of everything it does until the connection, with its TLS, is there.
#[derive(Clone, Debug)]
pub(super) struct Hurried<C> {
    pub(super) connector: C,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) timeout: Duration,
}

impl<C> Service<Uri> for Hurried<C>
where
    C: Service<Uri, Error = BoxError>,
    C::Future: Send + 'static,
    C::Response: Send,
{
    type Response = C::Response;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Self::Response, BoxError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.connector.poll_ready(context)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let (clock, timeout) = (self.clock.clone(), self.timeout);
        let connecting = self.connector.call(uri);
        Box::pin(async move {
            let connected = within(&*clock, clock.now() + timeout, connecting).await;
            connected.unwrap_or_else(|| Err(ConnectFault::TimedOut(timeout).into()))
        })
    }
}
