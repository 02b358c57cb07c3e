//! Many clients at once, and what was acknowledged to them.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use orch::RunStatus;
use serde_json::{Value, json};

use crate::{Fallible, client::Client, door::Door, files::Files, workload::Label};

/// How many ask at once.
const N_CLIENTS: u32 = 16;

/// Something that an answer acknowledged, about an orchestration by its id.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Heard {
    Started {
        id: String,
        label: String,
    },
    Cancelled(String),
    Ended(String, RunStatus),
    /// What must not be answered.
    Unfit(String),
}

#[derive(Debug)]
pub(crate) struct Clients {
    is_over: Arc<AtomicBool>,
    threads: Vec<JoinHandle<Vec<Heard>>>,
}

impl Clients {
    /// Lets them ask a life, once its door is open.
    pub(crate) fn begin(life: u32, files: &Files) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let client = |number| {
            let (files, is_over) = (files.clone(), is_over.clone());
            thread::spawn(move || {
                let mut client = Asking {
                    heard: Vec::new(),
                    is_over,
                };
                client.ask(life, number, &files);
                client.heard
            })
        };
        Self {
            threads: (0..N_CLIENTS).map(client).collect(),
            is_over,
        }
    }

    /// What they heard until nobody answered any more.
    pub(crate) fn end(self) -> Fallible<Vec<Heard>> {
        self.is_over.store(true, Ordering::Relaxed);
        let mut heard = Vec::new();
        for thread in self.threads {
            heard.extend(thread.join().map_err(|_| "a client has panicked")?);
        }
        Ok(heard)
    }
}

/// One of them.
#[derive(Debug)]
struct Asking {
    heard: Vec<Heard>,
    is_over: Arc<AtomicBool>,
}

impl Asking {
    /// Asks for its share of the workload until nobody answers.
    fn ask(&mut self, life: u32, number: u32, files: &Files) {
        let door = loop {
            match Door::of(life, files) {
                Some(door) => break door,
                None if self.is_over.load(Ordering::Relaxed) => return,
                None => thread::sleep(Duration::from_millis(1)),
            }
        };
        let client = Client::new(door);
        let own = Label::all_of(life).filter(|label| label.number % N_CLIENTS == number);
        for label in own {
            match self.run(&client, label) {
                Ok(Ok(())) => {}
                Ok(Err(unfit)) => self.heard.push(Heard::Unfit(unfit)),
                // What is broken off acknowledges nothing.
                Err(_) => break,
            }
        }
    }

    /// Starts a run and sees its end. What must not be answered is the inner error.
    fn run(&mut self, client: &Client, label: Label) -> io::Result<Result<(), String>> {
        let mut headers = Vec::new();
        if label.has_key() {
            headers.push(("idempotency-key", label.to_string()));
        }
        // Some wait for the answer, and others look for it.
        if label.is_cancelled() || label.number.is_multiple_of(3) {
            headers.push(("prefer", "respond-async".to_owned()));
        }
        let body = json!({ "goal": label.to_string() }).to_string();
        let (status, answer) = client.ask("POST", "/orchestrate", &headers, &body)?;
        let Some(id) = id_of(&answer) else {
            return Ok(Err(format!("{label} was answered with {status} {answer}")));
        };
        if status != 200 && !is_failed_run(status, &answer) {
            return Ok(Err(format!("{label} was answered with {status} {answer}")));
        }
        self.heard.push(Heard::Started {
            id: id.clone(),
            label: label.to_string(),
        });
        let path = format!("/orchestrate/{id}");
        let mut end = end_of(status, &answer);
        if end.is_none() && label.is_cancelled() {
            let (status, answer) = client.ask("DELETE", &path, &[], "")?;
            match status {
                200 => {
                    self.heard.push(Heard::Cancelled(id.clone()));
                    end = end_of(status, &answer);
                }
                // It had ended before.
                400 => {}
                _ => return Ok(Err(format!("{label} could not be cancelled: {status} {answer}"))),
            }
        }
        while end.is_none() {
            thread::sleep(Duration::from_millis(5));
            let (status, answer) = client.ask("GET", &path, &[], "")?;
            if status != 200 {
                return Ok(Err(format!("{label} could not be found: {status} {answer}")));
            }
            end = end_of(status, &answer);
        }
        self.heard.extend(end.map(|end| Heard::Ended(id, end)));
        Ok(Ok(()))
    }
}

fn id_of(answer: &Value) -> Option<String> {
    let id = answer["request_id"].as_str();
    id.or(answer["error"]["request_id"].as_str()).map(str::to_owned)
}

/// A run that failed before any step was answered is a failed request.
fn is_failed_run(status: u16, answer: &Value) -> bool {
    status == 500 && answer["error"]["code"] == "ORCHESTRATION_FAILED"
}

/// How the run ended, if it did.
fn end_of(status: u16, answer: &Value) -> Option<RunStatus> {
    let error = &answer["error"];
    match answer["status"].as_str() {
        Some("completed") => Some(RunStatus::Completed),
        Some("processing") => None,
        Some("failed") | None if error["details"]["reason"] == "cancelled" => Some(RunStatus::Cancelled),
        Some("failed") => Some(RunStatus::Failed),
        _ => is_failed_run(status, answer).then_some(RunStatus::Failed),
    }
}
