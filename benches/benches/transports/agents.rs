//! An agent behind an address and one that is a program, and the bare exchange with each.

use std::process::Stdio;

use orch_benches::{
    Outcome,
    agent::{self, Bare},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
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
    Ok(format!("http://{}/", agent::serve(REPLY).await?))
}

/// Hyper's own client, and nothing around it.
pub(crate) fn bare(url: &str) -> Bare {
    Bare::new(url.to_owned(), CALL)
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
