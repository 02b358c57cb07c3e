//! A server beside another one, which is its directory.

#![cfg(test)]

use std::fs;

use orch::auth::{AgentSigner, Document, Form};
use serde_json::{Value, json};

use crate::{command::Place, serve::Server};

fn signer() -> AgentSigner {
    AgentSigner::from_seed(&[9; 32])
}

/// A server that knows an agent and its service, where nobody listens.
fn there(place: &Place) -> Server {
    let (agents, services) = (place.path("agents.json"), place.path("services.json"));
    let agent = json!({ "public_key": signer().key().to_pem(), "metadata": { "api_endpoint": "http://127.0.0.1:1" } });
    fs::write(&agents, json!({ "agent-far": agent }).to_string()).unwrap();
    let service = json!({ "service_id": "srv-far", "provider_agent_id": "agent-far" });
    fs::write(&services, json!({ "srv-far": service }).to_string()).unwrap();
    let config = place.path("orch.toml");
    let text = format!("[a2a]\nagents = {agents:?}\nservices = {services:?}\n");
    fs::write(&config, text).unwrap();
    Server::start_with(place, &["--config", &config.display().to_string()])
}

fn here(place: &Place, directory: &str) -> Server {
    let config = place.path("orch.toml");
    let text = format!("[a2a]\nmode = \"cloud\"\napi_key = \"sk-atp-test\"\ndirectory = {directory:?}\n");
    fs::write(&config, text).unwrap();
    let config = config.display().to_string();
    Server::start_with(place, &["--config", &config, "--allow-private-network"])
}

fn ask(server: &Server, consumer: &str, service: &str) -> (u16, Value) {
    let body = json!({ "consumer_agent_id": consumer, "service_id": service, "payload": {} }).to_string();
    let canonical = Form::A.write(&Document::read(body.as_bytes()).unwrap()).unwrap();
    let signature = signer().sign(&canonical).to_text();
    let headers = [("X-API-Key", "sk-atp-test"), ("X-Agent-Signature", &signature)];
    let (status, answer) = server.ask_with("POST", "/v1/a2a/transact", &headers, &body);
    (status, answer["code"].clone())
}

#[test]
fn who_is_unknown_is_looked_up_there() {
    let (place, other) = (Place::new(), Place::new());
    let there = there(&other);
    let here = here(&place, &there.url());
    assert_eq!(
        ask(&here, "agent-far", "srv-far"),
        (502, json!("PROVIDER_UNREACHABLE"))
    );
    assert_eq!(
        ask(&here, "agent-far", "srv-nowhere"),
        (404, json!("SERVICE_NOT_FOUND"))
    );
    assert_eq!(ask(&here, "nobody", "srv-far"), (404, json!("AGENT_NOT_FOUND")));
    drop(there);
    assert_eq!(ask(&here, "somebody", "srv-far"), (503, json!("INTERNAL_ERROR")));
    assert_eq!(
        ask(&here, "agent-far", "srv-far"),
        (502, json!("PROVIDER_UNREACHABLE")),
        "for a while"
    );
}

#[test]
fn another_directory_is_for_the_cloud() {
    let place = Place::new();
    let config = place.path("orch.toml");
    fs::write(&config, "[a2a]\ndirectory = \"https://directory.example\"\n").unwrap();
    let error = place.refused(&config);
    assert!(error.contains("a2a.directory"), "{error}");
}
