//! What waits for a human, from the command line.

#![cfg(test)]

use std::fs;

use crate::{command::Place, serve::Server};
use serde_json::json;

/// A call that waits while a server runs is approved and another rejected from a terminal beside it.
#[test]
fn a_call_waits_until_a_terminal_beside_the_server_decides() {
    let place = Place::new();
    let config = place.path("orch.toml");
    fs::write(
        &config,
        "[approvals]\napprovers = [\"account:boss\"]\n\n[[approvals.rules]]\nagent = \"text-statistics\"\n",
    )
    .unwrap();
    let created = place
        .run(&["keys", "create", "--surface", "market", "--name", "test"])
        .out();
    let key = created.trim();
    let server = Server::start_with(&place, &["--config", config.to_str().unwrap()]);
    let hire = |text: &str| {
        let body = json!({ "agent_id": "text-statistics", "task": "text_statistics", "parameters": { "text": text } });
        let (status, job) = server.ask_async("POST", "/hire", key, &body.to_string());
        assert_eq!((status, &job["status"]), (200, &json!("processing")), "{job}");
        job["job_id"].as_str().unwrap().to_owned()
    };
    let end = |job: &str| {
        for _ in 0..400 {
            let (_, job) = server.ask("GET", &format!("/hire/{job}"), key, "");
            if job["status"] != "processing" {
                return job["status"].as_str().unwrap().to_owned();
            }
            std::thread::sleep(std::time::Duration::from_millis(25));
        }
        panic!("it does not end");
    };
    let waiting = || {
        let listed = place.run(&["approvals", "list", "--account", "boss"]).out();
        listed.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let id = |line: &str| line.split_whitespace().next().unwrap().to_owned();

    assert!(waiting().is_empty());
    for (decision, end_of_job) in [("approve", "completed"), ("reject", "failed")] {
        let job = hire(decision);
        let mut listed = waiting();
        for _ in 0..100 {
            if listed.len() == 1 {
                break;
            }
            listed = waiting();
        }
        assert_eq!(listed.len(), 1, "{listed:?}");
        assert!(
            listed[0].contains("Call text_statistics of agent text-statistics"),
            "{listed:?}"
        );
        let id = id(&listed[0]);
        let own = place.run(&["approvals", decision, &id]);
        assert!(
            own.error().contains("not the caller's to decide"),
            "{}",
            own.error()
        );
        let decided = place
            .run(&[
                "approvals",
                decision,
                &id,
                "--account",
                "boss",
                "--comment",
                "seen",
            ])
            .out();
        assert!(decided.starts_with(&id), "{decided}");
        assert_eq!(end(&job), end_of_job);
    }
    assert!(waiting().is_empty());
    let all = place
        .run(&["approvals", "list", "--all", "--account", "boss"])
        .out();
    assert_eq!(all.lines().count(), 2, "{all}");
}

#[test]
fn a_rule_that_cannot_be_meant_lets_no_server_start() {
    let place = Place::new();
    let config = place.path("orch.toml");
    fs::write(&config, "[[approvals.rules]]\nagent = \"text-statistics\"\n").unwrap();
    let error = place.refused(&config);
    assert!(error.contains("approvals.rules"), "{error}");
}
