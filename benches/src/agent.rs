//! An agent behind an address, and the bare exchange with it.

use std::net::SocketAddr;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::{Outcome, message};

/// Serves an agent that replies always this, and says where.
pub async fn serve(reply: &'static str) -> Outcome<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // A connection that breaks is the client's business.
            tokio::spawn(async move { answer(stream, reply).await.ok() });
        }
    });
    Ok(address)
}

async fn answer(mut stream: TcpStream, reply: &str) -> Outcome<()> {
    stream.set_nodelay(true)?;
    let length = reply.len();
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{reply}"
    );
    let mut request = Vec::new();
    while stream.read_buf(&mut request).await? > 0 {
        if message::head(&request)?.is_some() {
            request.clear();
            stream.write_all(answer.as_bytes()).await?;
        }
    }
    Ok(())
}

/// Hyper's own client, and nothing around it.
#[derive(Debug)]
pub struct Bare {
    client: Client<HttpConnector, Full<Bytes>>,
    url: String,
    call: Bytes,
}

impl Bare {
    /// A client that sends always this to there.
    pub fn new(url: String, call: &'static str) -> Self {
        Self {
            client: Client::builder(TokioExecutor::new()).build_http(),
            url,
            call: Bytes::from_static(call.as_bytes()),
        }
    }

    /// Sends it, and reads the reply to its end.
    pub async fn exchange(&self) -> Outcome<Bytes> {
        let request = http::Request::post(&self.url)
            .header("content-type", "application/json")
            .body(Full::new(self.call.clone()))?;
        let answer = self.client.request(request).await?;
        Ok(answer.into_body().collect().await?.to_bytes())
    }
}
