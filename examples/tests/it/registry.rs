//! The files of a registry, beside a running server.

#![cfg(test)]

use std::{
    fs,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{command::Place, serve::Server};

const KEY: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAA6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=\n-----END PUBLIC KEY-----\n";

fn agent(status: &str) -> Value {
    let metadata = json!({ "name": "My Agent", "api_endpoint": "http://localhost:5001", "status": status });
    json!({ "agent-001": { "agent_id": "agent-001", "public_key": KEY, "metadata": metadata } })
}

/// Asks until an answer is of use, for as long as that may take.
fn until(server: &Server, path: &str, is_met: impl Fn(u16, &Value) -> bool) {
    let began = Instant::now();
    loop {
        let (status, answer) = server.ask("GET", path, "", "");
        if is_met(status, &answer) {
            return;
        }
        assert!(
            began.elapsed() < Duration::from_secs(20),
            "{path}: {status} {answer}"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn files_of_agents_and_services_count_while_they_say_something() {
    let place = Place::new();
    let (agents, services) = (place.path("agents.json"), place.path("services.json"));
    fs::write(&agents, agent("active").to_string()).unwrap();
    let service = json!({ "srv-greet": { "service_id": "srv-greet", "provider_agent_id": "agent-001", "metadata": {} } });
    fs::write(&services, service.to_string()).unwrap();
    let config = place.path("orch.toml");
    let text = format!("[a2a]\nagents = {agents:?}\nservices = {services:?}\n");
    fs::write(&config, text).unwrap();
    let server = Server::start_with(&place, &["--config", &config.display().to_string()]);
    let lookup = "/api/v1/lookup/agent-001";
    let (status, answer) = server.ask("GET", lookup, "", "");
    assert_eq!((status, &answer["status"]), (200, &json!("active")), "{answer}");
    assert_eq!(server.ask("GET", "/api/v1/services/srv-greet", "", "").0, 200);

    fs::write(&agents, "{").unwrap();
    fs::write(&services, "{}").unwrap();
    until(&server, "/api/v1/services/srv-greet", |status, _| status == 404);
    assert_eq!(
        server.ask("GET", lookup, "", "").0,
        200,
        "what it said last counts"
    );

    fs::write(&agents, agent("suspended").to_string()).unwrap();
    until(&server, lookup, |_, answer| answer["status"] == "suspended");
    fs::write(&agents, "{}").unwrap();
    until(&server, lookup, |status, _| status == 404);
}

#[test]
fn a_file_that_is_broken_from_the_first_keeps_the_server_from_starting() {
    let place = Place::new();
    let config = place.path("orch.toml");
    let agents = place.path("agents.json");
    fs::write(&config, format!("[a2a]\nagents = {agents:?}\n")).unwrap();
    for text in [None, Some("{")] {
        if let Some(text) = text {
            fs::write(&agents, text).unwrap();
        }
        let error = place.refused(&config);
        assert!(error.contains("the file of agents"), "{error}");
    }
}
