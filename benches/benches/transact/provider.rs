//! The agent behind an address, and the bare exchange with it.

use std::net::SocketAddr;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use orch_benches::Outcome;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

const REPLY: &str = r#"{"message":"Hello, Alice!"}"#;

/// As the surface delivers it, without the headers that say who asks.
const CALL: &str = r#"{"data":{"name":"Alice"}}"#;

/// Serves the agent, and says where.
pub(crate) async fn serve() -> Outcome<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // A connection that breaks is the client's business.
            tokio::spawn(async move { answer(stream).await.ok() });
        }
    });
    Ok(address)
}

async fn answer(mut stream: TcpStream) -> Outcome<()> {
    stream.set_nodelay(true)?;
    let length = REPLY.len();
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{REPLY}"
    );
    let mut request = Vec::new();
    while stream.read_buf(&mut request).await? > 0 {
        let text = std::str::from_utf8(&request)?;
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        if body.len() >= length.unwrap_or("0").parse()? {
            request.clear();
            stream.write_all(answer.as_bytes()).await?;
        }
    }
    Ok(())
}

/// Hyper's own client, and nothing around it.
pub(crate) struct Bare {
    client: Client<HttpConnector, Full<Bytes>>,
    url: String,
}

impl Bare {
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self {
            client: Client::builder(TokioExecutor::new()).build_http(),
            url: format!("http://{address}/greet"),
        }
    }

    pub(crate) async fn exchange(&self) -> Outcome<Bytes> {
        let request = http::Request::post(&self.url)
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from_static(CALL.as_bytes())))?;
        let answer = self.client.request(request).await?;
        Ok(answer.into_body().collect().await?.to_bytes())
    }
}
