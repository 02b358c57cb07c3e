//! An agent behind an address and one that is a program, and the bare exchange with each.

use std::process::Stdio;

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
    process::Command,
};

/// What both agents reply.
const REPLY: &str = r#"{"result":{"n":1}}"#;

/// The program of the second.
pub(crate) const PROGRAM: [&str; 3] = ["sh", "-c", r#"read -r call; echo '{"result":{"n":1}}'"#];

/// A call as it is sent.
const CALL: &str = r#"{"invocation_id":"inv_018d0c1a-7e80-7c3e-8000-000000000000","attempt":1,"agent":"far","version":"v1","task":"count","arguments":{"n":0},"deadline":"2026-01-15T10:30:00.000Z","caller":"demo","idempotency_key":"inv_018d0c1a-7e80-7c3e-8000-000000000000"}"#;

/// Serves the first, and says where.
pub(crate) async fn server() -> Outcome<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/", listener.local_addr()?);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // A connection that breaks is the client's business.
            tokio::spawn(async move { serve(stream).await.ok() });
        }
    });
    Ok(url)
}

async fn serve(mut stream: TcpStream) -> Outcome<()> {
    stream.set_nodelay(true)?;
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{REPLY}",
        REPLY.len()
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
    pub(crate) fn new(url: &str) -> Self {
        Self {
            client: Client::builder(TokioExecutor::new()).build_http(),
            url: url.to_owned(),
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

/// Starts the program, writes the call, reads its reply, and waits for its end.
pub(crate) async fn spawn() -> Outcome<String> {
    let [command, args @ ..] = PROGRAM;
    let mut child = Command::new(command)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let (Some(mut input), Some(mut output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err("the program cannot be talked to".into());
    };
    input.write_all(CALL.as_bytes()).await?;
    input.write_all(b"\n").await?;
    drop(input);
    let mut reply = String::new();
    output.read_to_string(&mut reply).await?;
    child.wait().await?;
    Ok(reply)
}
