//! With a language model: the binary against a server that speaks as one does.

#![cfg(test)]

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use serde_json::{Value, json};

use crate::command::Place;

const GOAL: &str = "How many rows does examples/data/incidents.csv have?";

/// A model that plans to read the table, and writes the answer from what it is shown. It remembers what it was asked.
struct Model {
    url: String,
    asked: Arc<Mutex<Vec<(String, Value)>>>,
}

impl Model {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<(String, Value)>>> = Arc::default();
        let seen = asked.clone();
        // It ends with the process of the tests.
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let (head, body) = read(&mut stream);
                let answer = answer(&body);
                seen.lock().unwrap().push((head, body));
                stream.write_all(&answer).unwrap();
            }
        });
        Self { url, asked }
    }

    fn asked(&self) -> Vec<(String, Value)> {
        self.asked.lock().unwrap().clone()
    }
}

/// Reads a request: its head, and its JSON.
fn read(stream: &mut TcpStream) -> (String, Value) {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .unwrap();
            if body.len() >= length.parse().unwrap() {
                return (head.to_owned(), serde_json::from_str(body).unwrap());
            }
        }
        let n_bytes = stream.read(&mut piece).unwrap();
        assert!(n_bytes > 0, "the request broke off");
        bytes.extend_from_slice(&piece[..n_bytes]);
    }
}

/// What the model says to a request, as a stream.
fn answer(asked: &Value) -> Vec<u8> {
    let schema = &asked["response_format"]["json_schema"]["schema"];
    let said = match schema["properties"]["steps"]["items"]["anyOf"].as_array() {
        Some(steps) => {
            let mut tasks = steps
                .iter()
                .map(|step| step["properties"]["task"]["enum"][0].as_str().unwrap());
            let task = tasks.find(|task| task.ends_with("/read_table")).unwrap();
            let arguments = json!({"path": "examples/data/incidents.csv"});
            json!({"steps": [{"id": "table", "task": task, "arguments": arguments}]}).to_string()
        }
        None => {
            let shown = asked["messages"][1]["content"].as_str().unwrap();
            let rows = shown.split("\"row_count\":").nth(1).unwrap();
            let rows: String = rows.chars().take_while(char::is_ascii_digit).collect();
            format!("It has {rows} rows.")
        }
    };
    let mut answer =
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n".to_owned();
    let middle = said.char_indices().nth(said.chars().count() / 2).unwrap().0;
    for chunk in [
        json!({"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"role": "assistant", "content": said[..middle]}}]}),
        json!({"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": said[middle..]}}]}),
        json!({"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}),
        json!({"object": "chat.completion.chunk", "choices": [], "usage": {"prompt_tokens": 1000, "completion_tokens": 20, "total_tokens": 1020}}),
    ] {
        answer.push_str(&format!("data: {chunk}\n\n"));
    }
    answer.push_str("data: [DONE]\n\n");
    answer.into_bytes()
}

fn rows() -> i64 {
    let all: Value = serde_json::from_str(include_str!("../../data/expected.json")).unwrap();
    all["incidents.csv"]["row_count"].as_i64().unwrap()
}

#[test]
fn a_model_plans_and_answers_and_is_paid() {
    let (place, model) = (Place::new(), Model::start());
    let ran = place.run(&[
        "run",
        "--llm-url",
        &model.url,
        "--llm-model",
        "small-1",
        "--llm-key-env",
        "PATH",
        "--llm-price",
        "1,10",
        "--budget",
        "5",
        GOAL,
    ]);
    assert_eq!(ran.code(), 0, "{}", ran.error());
    assert!(
        ran.out().contains(&format!("It has {} rows.", rows())),
        "{}",
        ran.out()
    );
    let planned = "planned by model small-1 (asked 1 times for 0.0012 ALGO, 1020 tokens)";
    assert!(ran.error().contains(planned), "{}", ran.error());
    assert!(
        ran.error().contains("the answer is written by model small-1"),
        "{}",
        ran.error()
    );
    let asked = model.asked();
    assert_eq!(asked.len(), 2);
    assert!(asked[0].0.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"));
    let bearer = "authorization: Bearer /";
    assert!(asked[0].0.contains(bearer), "the key is what the environment has");
    let checked = place.run(&["db", "check"]);
    assert_eq!(checked.code(), 0, "{}{}", checked.out(), checked.error());
}

#[test]
fn the_json_answer_counts_the_model_and_names_it() {
    let (place, model) = (Place::new(), Model::start());
    let options = [
        "--llm-url",
        &model.url,
        "--llm-model",
        "small-1",
        "--llm-price",
        "1,10",
    ];
    let ran = place.run(&[&["run", "--json", "--budget", "5"][..], &options, &[GOAL]].concat());
    assert_eq!(ran.code(), 0, "{}", ran.error());
    let answer: Value = serde_json::from_str(&ran.out()).unwrap();
    assert_eq!(answer["metadata"]["planner"], "model:small-1");
    assert!(answer["metadata"].get("fallback").is_none(), "{answer}");
    let steps = answer["steps_executed"].as_array().unwrap();
    let steps: f64 = steps.iter().map(|step| step["cost"].as_f64().unwrap()).sum();
    let model = answer["total_cost"].as_f64().unwrap() - steps;
    assert!(
        (model - 2.0 * 0.0012).abs() < 1e-9,
        "{model} for the plan and the answer"
    );
}

#[test]
fn a_dead_model_is_done_without_and_the_answer_says_so() {
    let place = Place::new();
    let dead = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{dead}/v1");
    let ran = place.run(&["run", "--json", "--llm-url", &url, "--llm-model", "small-1", GOAL]);
    assert_eq!(ran.code(), 0, "{}", ran.error());
    let answer: Value = serde_json::from_str(&ran.out()).unwrap();
    assert_eq!(answer["steps_executed"][0]["result"]["row_count"], rows());
    let metadata = &answer["metadata"];
    assert_eq!(metadata["planner"], "catalog");
    assert_eq!(
        metadata["fallback"],
        "model small-1 cannot plan: it cannot be reached"
    );
    assert_eq!(
        metadata["without_synthesis"],
        "model small-1 cannot be asked: it cannot be reached"
    );
    assert_eq!(place.run(&["db", "check"]).code(), 0);
}

#[test]
fn a_model_previews_a_plan() {
    let (place, model) = (Place::new(), Model::start());
    let ran = place.run(&[
        "plan",
        "--json",
        "--llm-url",
        &model.url,
        "--llm-model",
        "small-1",
        GOAL,
    ]);
    assert_eq!(ran.code(), 0, "{}", ran.error());
    let plan: Value = serde_json::from_str(&ran.out()).unwrap();
    assert_eq!(plan["steps"][0]["task"], "read_table");
    assert!(ran.error().contains("planned by model small-1"));
    let ran = place.run(&["plan", "--llm-url", &model.url, "--llm-model", "small-1", GOAL]);
    assert!(
        ran.out().contains("(it has answered nobody yet)"),
        "{}",
        ran.out()
    );
}

#[test]
fn what_is_said_of_a_model_is_checked_before_anything_is_asked() {
    let place = Place::new();
    for (arguments, fault) in [
        (vec!["--llm-url", "http://127.0.0.1:1/v1"], "--llm-model"),
        (vec!["--llm-model", "small-1"], "--llm-url"),
        (
            vec![
                "--llm-url",
                "http://127.0.0.1:1",
                "--llm-model",
                "m",
                "--llm-key-env",
                "ORCH_NO_SUCH_KEY",
            ],
            "--llm-key-env: ORCH_NO_SUCH_KEY",
        ),
        (
            vec![
                "--llm-url",
                "http://127.0.0.1:1",
                "--llm-model",
                "m",
                "--llm-price",
                "1",
            ],
            "--llm-price",
        ),
    ] {
        let ran = place.run(&[&["run"], arguments.as_slice(), &[GOAL]].concat());
        assert_eq!(ran.code(), 2, "{arguments:?}");
        assert!(ran.error().contains(fault), "{}", ran.error());
    }
}
