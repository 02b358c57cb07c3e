//! Agents outside the process, hired from the command line.

#![cfg(test)]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener},
};

use serde_json::{Value, json};

use crate::command::Place;

/// A server of this machine that answers every request with this JSON, until the test ends.
fn server(answer: &Value) -> SocketAddr {
    let body = answer.to_string();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut reader = BufReader::new(&stream);
            let mut length = 0;
            let mut line = String::new();
            while reader.read_line(&mut line).unwrap() > 2 {
                let value = line.to_lowercase();
                if let Some(value) = value.strip_prefix("content-length: ") {
                    length = value.trim().parse().unwrap();
                }
                line.clear();
            }
            reader.read_exact(&mut vec![0; length]).unwrap();
            let head = format!(
                "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            (&stream).write_all((head + &body).as_bytes()).unwrap();
        }
    });
    address
}

fn agents(endpoint: &Value) -> Value {
    let mut agent = json!({
        "name": "greeter",
        "tasks": [{
            "name": "greet", "timeout_seconds": 20,
            "parameters": {"type": "object", "properties": {"name": {"type": "string"}}},
        }],
        "price": {"amount": "0.5", "currency": "ALGO"},
    });
    agent
        .as_object_mut()
        .unwrap()
        .extend(endpoint.as_object().unwrap().clone());
    json!({ "agents": [agent] })
}

fn file(place: &Place, name: &str, content: &Value) -> String {
    let path = place.path(name);
    std::fs::write(&path, content.to_string()).unwrap();
    path.display().to_string()
}

fn plan(place: &Place) -> String {
    let step = json!({"id": "greet", "agent": "greeter", "task": "greet", "arguments": {"name": "Ada"}});
    file(place, "plan.json", &json!({ "steps": [step] }))
}

#[test]
fn an_imported_program_is_hired() {
    let place = Place::new();
    let script = r#"read -r call; echo '{"result":"hello"}'"#;
    let program = json!({"program": {"command": "sh", "args": ["-c", script]}});
    let import = place.run(&[
        "agents",
        "import",
        &file(&place, "agents.json", &agents(&program)),
    ]);
    assert_eq!(
        import.out(),
        "local/greeter: registered as greeter\n",
        "{}",
        import.error()
    );
    let ran = place.run(&["run", "--json", "--plan", &plan(&place)]);
    let answer: Value = serde_json::from_str(&ran.out()).unwrap();
    assert_eq!(answer["steps_executed"][0]["result"], "hello");
}

#[test]
fn an_agent_of_a_private_network_is_hired_where_that_is_allowed() {
    let place = Place::new();
    let address = server(&json!({"result": "hello"}));
    let agents = agents(&json!({"url": format!("http://{address}/greet")}));
    let listed = format!("http://{}/agents.json", server(&agents));
    let import = ["agents", "import", &listed];
    let barred = place.run(&import);
    assert_eq!(barred.code(), 2);
    assert!(
        barred.error().contains("may not be called from here"),
        "{}",
        barred.error()
    );
    let allowed = place.run(&[&["--allow-private-network"][..], &import].concat());
    assert_eq!(
        allowed.out(),
        "local/greeter: registered as greeter\n",
        "{}",
        allowed.error()
    );
    let run = ["run", "--json", "--plan", &plan(&place)];
    let barred = place.run(&run);
    assert_ne!(barred.code(), 0);
    assert!(barred.out().contains("barred"), "{}", barred.out());
    let allowed = place.run(&[&["--allow-private-network"][..], &run].concat());
    let answer: Value = serde_json::from_str(&allowed.out()).unwrap();
    assert_eq!(answer["steps_executed"][0]["result"], "hello");
    assert_eq!(place.run(&["db", "check"]).code(), 0);
}

#[test]
fn a_program_is_never_taken_from_an_address() {
    let place = Place::new();
    let listed = server(&agents(
        &json!({"program": {"command": "sh", "args": ["-c", "true"]}}),
    ));
    let import = place.run(&[
        "--allow-private-network",
        "agents",
        "import",
        &format!("http://{listed}/"),
    ]);
    assert_eq!(import.code(), 2);
    assert!(import.error().contains("agents[0].program"), "{}", import.error());
    assert_eq!(place.run(&["agents", "show", "greeter"]).code(), 1);
}
