//! Agents that are programs.

use std::{path::Path, time::Duration};

use futures_util::future::join_all;
use orch_a2a::InvokeError;
use orch_backends::http::Network;
use orch_core::{Clock, SystemClock, Task, agent::Endpoint};
use serde_json::{Value, json};

use super::house::{House, TIMEOUT};

/// A program of the shell. It has some time to start in, on a machine that is busy.
async fn shell(script: &str) -> House {
    within(script, Duration::from_secs(10)).await
}

async fn within(script: &str, timeout: Duration) -> House {
    let endpoint = Endpoint::Subprocess {
        command: "sh".to_owned(),
        args: vec!["-c".to_owned(), script.to_owned()],
        directory: Some("/".to_owned()),
    };
    House::new(endpoint, Network::Public, |task: &mut Task| {
        task.timeout = Some(timeout);
    })
    .await
}

/// Whether a process is there and has not ended.
fn is_alive(pid: &str) -> bool {
    Path::new("/proc").join(pid.trim()).exists()
}

/// Returns once the process is gone, reaped and all.
async fn is_gone(pid: &str) -> bool {
    for _ in 0..200 {
        if !is_alive(pid) {
            return true;
        }
        SystemClock.sleep(Duration::from_millis(20)).await;
    }
    false
}

#[tokio::test]
async fn a_program_reads_a_call_and_writes_its_answer() {
    let script = r#"read -r call; echo '{"progress":{"message":"half","percent":50}}'; printf '{"result":%s,"units":1}\n' "$call""#;
    let house = shell(script).await;
    let result = house.call(json!({ "text": "ünïcode \" \\ \n" })).await.unwrap();
    assert_eq!(result["arguments"], json!({ "text": "ünïcode \" \\ \n" }));
    assert_eq!(
        (&result["task"], &result["caller"]),
        (&json!("do"), &json!("caller"))
    );
    assert_eq!(house.keeper.progress()[0].message, "half");
}

#[tokio::test]
async fn a_large_call_reaches_a_program_that_writes_before_it_reads() {
    let house = shell(r#"echo '{"progress":"early"}'; cat >/dev/null; echo '{"result":1}'"#).await;
    let text = "x".repeat(500_000);
    assert_eq!(house.call(json!({ "text": text })).await.unwrap(), 1);
    let deaf = shell(r#"echo '{"result":2}'"#).await;
    assert_eq!(deaf.call(json!({ "text": text })).await.unwrap(), 2);
}

#[tokio::test]
async fn the_environment_is_what_the_host_says() {
    let house = shell(r#"echo "{\"result\":\"$(env | cut -d= -f1 | sort | tr '\n' ' ')\"}""#).await;
    let result = house.call(json!({})).await.unwrap();
    let names: Vec<&str> = result.as_str().unwrap().split_whitespace().collect();
    let of_the_shell = ["PWD", "OLDPWD", "SHLVL", "_"];
    let names: Vec<&str> = names
        .into_iter()
        .filter(|name| !of_the_shell.contains(name))
        .collect();
    assert_eq!(names, ["LANG", "PATH"]);
}

#[tokio::test]
async fn whatever_a_program_does_is_a_named_failure() {
    type Expected = fn(&InvokeError) -> bool;
    let lost: Expected = |error| matches!(error, InvokeError::Lost { .. });
    let unreadable: Expected = |error| matches!(error, InvokeError::Unreadable { .. });
    let too_large: Expected = |error| matches!(error, InvokeError::TooLarge { .. });
    let cases: [(&str, Expected); 13] = [
        ("exit 3", lost),
        ("true", lost),
        ("kill -SEGV $$", lost),
        ("printf '{\"result\":'", lost),
        ("printf '{\"result\":'; sleep 0.1; kill -9 $$", lost),
        // A child that outlives it, and keeps its output open.
        ("sleep 1000 & exit 1", lost),
        ("echo garbage", unreadable),
        ("echo '{}'", unreadable),
        ("head -c 100 /dev/urandom; echo", unreadable),
        ("head -c 10485760 /dev/zero | tr '\\0' x", too_large),
        ("yes '{\"progress\":\"more\"}'", too_large),
        ("echo '{\"error\":\"no\"}'", |error| {
            matches!(error, InvokeError::Failed { .. })
        }),
        (
            "echo '{\"error\":{\"message\":\"no\",\"field\":\"/text\"}}'",
            |error| matches!(error, InvokeError::Refused { .. }),
        ),
    ];
    let cases = cases.map(|(script, expected)| async move {
        let error = shell(script).await.call_in_vain(json!({})).await;
        assert!(expected(&error), "{script}: {error:?}");
    });
    join_all(cases).await;
}

#[tokio::test]
async fn a_crash_says_how_and_what_was_said() {
    let house =
        shell("echo 'no such table' >&2; yes 1234567 | head -c 100000 >&2; echo 'at last' >&2; exit 7").await;
    let error = house.call_in_vain(json!({})).await.to_string();
    assert!(
        error.contains("exit status: 7") && error.contains("at last"),
        "{error}"
    );
}

#[tokio::test]
async fn a_program_that_is_not_there_is_offline() {
    let endpoint = Endpoint::Subprocess {
        command: "/nowhere/agent".to_owned(),
        args: Vec::new(),
        directory: None,
    };
    let house = House::new(endpoint, Network::Public, |_| {}).await;
    let error = house.call_in_vain(json!({})).await;
    assert!(matches!(error, InvokeError::Offline { .. }), "{error:?}");
}

/// A program that says who it is and who its child is, and then never ends.
async fn pids_of(house: &House, file: &Path) -> (String, String) {
    for _ in 0..500 {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        if let [own, child] = text.split_whitespace().collect::<Vec<_>>()[..] {
            assert!(is_alive(own) && is_alive(child));
            return (own.to_owned(), child.to_owned());
        }
        SystemClock.sleep(Duration::from_millis(10)).await;
    }
    panic!("{} never started", house.agent.slug)
}

fn endless(file: &Path) -> String {
    format!(
        "trap '' TERM; sleep 1000 & echo $$ $! > {}; wait; sleep 1000",
        file.display()
    )
}

#[tokio::test]
async fn with_the_deadline_the_whole_group_is_gone() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("pids");
    let house = within(&endless(&file), TIMEOUT * 5).await;
    let (error, (own, child)) = tokio::join!(house.call_in_vain(json!({})), pids_of(&house, &file));
    assert!(matches!(error, InvokeError::TimedOut { .. }), "{error:?}");
    assert!(is_gone(&own).await && is_gone(&child).await);
}

#[tokio::test]
async fn with_a_cancellation_the_whole_group_is_gone() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("pids");
    let house = shell(&endless(&file)).await;
    let (error, (own, child)) = tokio::join!(house.call_in_vain(json!({})), async {
        let pids = pids_of(&house, &file).await;
        house.cancel.cancel();
        pids
    });
    assert!(matches!(error, InvokeError::Cancelled), "{error:?}");
    assert!(is_gone(&own).await && is_gone(&child).await);
}

#[tokio::test]
async fn with_the_answer_the_whole_group_is_gone() {
    let house = shell(r#"sleep 1000 & echo "{\"result\":[\"$$\",\"$!\"]}"; wait"#).await;
    let pids: Value = house.call(json!({})).await.unwrap();
    for pid in pids.as_array().unwrap() {
        assert!(is_gone(pid.as_str().unwrap()).await);
    }
}
