//! The server as a process of its own: it starts, answers, and ends when it is told to.

#![cfg(test)]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
};

use serde_json::{Value, json};

use crate::command::Place;

pub(crate) struct Server {
    child: Child,
    address: String,
}

/// A test that fails leaves no process behind.
impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(place: &Place) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_orchestrator"));
    let database = format!("sqlite://{}", place.path("orch.db").display());
    command.args(["--db", &database, "serve", "--listen", "127.0.0.1:0"]);
    command
}

impl Server {
    fn start(place: &Place) -> Self {
        Self::start_with(place, &[])
    }

    pub(crate) fn start_with(place: &Place, arguments: &[&str]) -> Self {
        let mut command = command(place);
        let mut child = command.args(arguments).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let error = child.stderr.take().unwrap();
        BufReader::new(error).read_line(&mut line).unwrap();
        let address = line
            .trim()
            .strip_prefix("listening on http://")
            .unwrap_or_else(|| panic!("{line}"));
        let address = address.to_owned();
        Self { child, address }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn ask(&self, method: &str, path: &str, key: &str, body: &str) -> (u16, Value) {
        self.ask_preferring("wait=60", method, path, key, body)
    }

    /// Asks for an answer that waits for nothing.
    pub(crate) fn ask_async(&self, method: &str, path: &str, key: &str, body: &str) -> (u16, Value) {
        self.ask_preferring("respond-async", method, path, key, body)
    }

    fn ask_preferring(&self, prefer: &str, method: &str, path: &str, key: &str, body: &str) -> (u16, Value) {
        let bearer = format!("Bearer {key}");
        self.ask_with(
            method,
            path,
            &[("Authorization", &bearer), ("Prefer", prefer)],
            body,
        )
    }

    /// Asks with these headers.
    pub(crate) fn ask_with(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> (u16, Value) {
        let headers = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
        let (headers, length) = (headers.collect::<String>(), body.len());
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: market\r\nContent-Length: {length}\r\n{headers}Connection: close\r\n\r\n{body}"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split_whitespace().nth(1).unwrap().parse().unwrap();
        let body = answer.split_once("\r\n\r\n").unwrap().1;
        (status, serde_json::from_str(body).unwrap())
    }
}

#[test]
fn whoever_may_not_serve_a_file_never_says_that_it_listens() {
    let place = Place::new();
    let server = Server::start(&place);
    let refused = place.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_ne!(refused.code(), 0);
    assert!(!refused.error().contains("listening"), "{}", refused.error());
    drop(server);
}

#[test]
fn a_goal_is_run_over_http_and_an_interrupt_ends_the_server_well() {
    let place = Place::new();
    let created = place
        .run(&["keys", "create", "--surface", "market", "--name", "test"])
        .out();
    let key = created.trim();
    let mut server = Server::start(&place);
    let goal =
        json!({ "goal": "Count the words of \"one two three\"", "return_intermediate": true }).to_string();
    let (status, answer) = server.ask("POST", "/orchestrate", key, &goal);
    assert_eq!(
        (status, &answer["status"]),
        (200, &json!("completed")),
        "{answer}"
    );
    assert_eq!(answer["steps_executed"][0]["result"]["words"], 3);
    let (status, listed) = server.ask("GET", "/agents?category=text", key, "");
    assert_eq!((status, &listed["pagination"]["total"]), (200, &json!(4)));
    let hire = json!({ "agent_id": "sentiment-analyzer", "task": "analyze_sentiment", "parameters": { "text": "great" } });
    let (status, job) = server.ask("POST", "/hire", key, &hire.to_string());
    assert_eq!(
        (status, &job["result"]["sentiment"]),
        (200, &json!("positive")),
        "{job}"
    );
    let (_, usage) = server.ask("GET", "/usage", key, "");
    assert_eq!(usage["summary"]["total_requests"], 2);
    let revoked = place.run(&["keys", "list"]).out();
    let id = revoked.split_whitespace().next().unwrap();
    assert_eq!(place.run(&["keys", "revoke", id]).code(), 0);
    assert_eq!(
        server.ask("GET", "/usage", key, "").0,
        401,
        "from the moment of the revocation"
    );
    let interrupt = Command::new("kill")
        .args(["-INT", &server.child.id().to_string()])
        .status();
    assert!(interrupt.unwrap().success());
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
    assert_eq!(place.run(&["db", "check"]).code(), 0);
}

#[test]
fn a_second_server_over_one_file_gives_up() {
    let place = Place::new();
    let _first = Server::start(&place);
    let second = command(&place).output().unwrap();
    assert_eq!(second.status.code(), Some(1));
    let error = String::from_utf8(second.stderr).unwrap();
    assert!(error.contains("another process serves this database"), "{error}");
}

#[test]
fn a_run_beside_a_server_over_the_same_file_is_done_by_it() {
    let place = Place::new();
    let _server = Server::start(&place);
    let ran = place.run(&["run", r#"Count the words of "one two three""#]);
    assert_eq!(ran.code(), 0, "{}", ran.error());
    assert!(ran.out().contains("words: 3"), "{}", ran.out());
    assert!(ran.out().contains("cost: 0.01 ALGO"), "{}", ran.out());
}

#[test]
fn an_unknown_setting_keeps_the_server_from_starting() {
    let place = Place::new();
    let file = place.path("orch.toml");
    std::fs::write(&file, "[server]\nport = 80\n").unwrap();
    let refused = command(&place).arg("--config").arg(&file).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    let error = String::from_utf8(refused.stderr).unwrap();
    assert!(error.contains("unknown field `port`"), "{error}");
    let refused = command(&place).env("ORCH__SERVER__PORT", "80").output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
}
