//! The command line: what it prints, what it refuses, and that what is refused leaves nothing behind.

#![cfg(test)]

use serde_json::{Value, json};

use crate::command::Place;

/// A plan of one step, written down.
fn plan(place: &Place, plan: &str) -> String {
    let file = place.path("plan.json");
    std::fs::write(&file, plan).unwrap();
    file.display().to_string()
}

/// What the account can spend, as `credits grant` shows it after giving nothing.
fn balance(place: &Place) -> String {
    place.run(&["credits", "grant", "local", "0", "ALGO"]).out()
}

#[test]
fn a_run_shows_its_steps_then_the_answer_then_the_bill() {
    let ran = Place::new().run(&["run", "Count the words of examples/data/incidents.csv"]);
    assert_eq!(ran.code(), 0, "{}", ran.error());
    let (shown, answer) = (ran.error(), ran.out());
    let started = shown.find("[1/2] read_table (table-reader) started").unwrap();
    let done = shown
        .find("[2/2] text_statistics (text-statistics) done in")
        .unwrap();
    assert!(started < done, "{shown}");
    assert!(answer.contains("words: 346"), "{answer}");
    assert!(
        answer.contains("agents used: 2 (table-reader, text-statistics)"),
        "{answer}"
    );
    assert!(answer.contains("cost: 0.02 ALGO"), "{answer}");
    assert!(answer.contains("time: "), "{answer}");
}

#[test]
fn a_json_answer_stands_alone_on_standard_output() {
    let place = Place::new();
    let ran = place.run(&["run", "--json", r#"Count the words of "one two three""#]);
    let answer: Value = serde_json::from_str(&ran.out()).unwrap();
    assert_eq!(answer["status"], "completed");
    assert_eq!(answer["goal"], r#"Count the words of "one two three""#);
    assert_eq!(answer["total_cost"], json!(0.01));
    assert_eq!(answer["steps_executed"][0]["agent_id"], "text-statistics");
    assert_eq!(answer["steps_executed"][0]["agent_name"], "Text statistics");
    let id = answer["request_id"]
        .as_str()
        .unwrap()
        .strip_prefix("req_")
        .unwrap();
    assert!(
        id.len() == 12 && id.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase()),
        "{id}"
    );
    assert_eq!(ran.error(), "");
}

#[test]
fn a_shown_plan_can_be_run() {
    let place = Place::new();
    let shown = place.run(&["plan", "--json", "Count the words of examples/data/incidents.csv"]);
    let file = plan(&place, &shown.out());
    let ran = place.run(&["run", "--json", "--plan", &file]);
    let answer: Value = serde_json::from_str(&ran.out()).unwrap();
    assert_eq!(answer["steps_executed"][1]["result"]["words"], 346);
}

#[test]
fn what_is_spent_is_gone_and_the_books_balance() {
    let place = Place::new();
    place.run(&["run", r#"Count the words of "one two""#]);
    assert_eq!(balance(&place), "local: 99.99 ALGO available, 0 ALGO held\n");
    let check = place.run(&["db", "check"]);
    assert_eq!(
        (check.code(), check.out().as_str()),
        (0, "ok: every ledger invariant and reference holds\n")
    );
}

#[test]
fn credits_are_granted_once_under_a_key() {
    let place = Place::new();
    let grant = ["credits", "grant", "acme", "2.5", "USD", "--key", "invoice-7"];
    assert_eq!(place.run(&grant).out(), "acme: 2.5 USD available, 0 USD held\n");
    assert_eq!(place.run(&grant).out(), "acme: 2.5 USD available, 0 USD held\n");
    let other = place.run(&["credits", "grant", "acme", "3", "USD", "--key", "invoice-7"]);
    assert_eq!(other.code(), 1);
}

#[test]
fn an_account_without_credits_is_refused() {
    let place = Place::new();
    let ran = place.run(&["--account", "poor", "run", r#"Count the words of "one two""#]);
    assert_eq!(ran.code(), 1);
    assert!(ran.error().contains("0.01 ALGO"), "{}", ran.error());
}

#[test]
fn a_budget_is_never_exceeded() {
    let ran = Place::new().run(&[
        "run",
        "--budget",
        "0.015",
        "Count the words of examples/data/incidents.csv",
    ]);
    assert_eq!(ran.code(), 1);
    assert!(
        ran.error().contains("0.02 ALGO") && ran.error().contains("0.015 ALGO"),
        "{}",
        ran.error()
    );
}

#[test]
fn bad_input_names_its_fault_and_stores_nothing() {
    let place = Place::new();
    let deep = format!(
        r#"{{"steps":[{{"id":"a","agent":"text-statistics","task":"text_statistics","arguments":{{"text":{}1{}}}}}]}}"#,
        "[".repeat(100),
        "]".repeat(100)
    );
    let plans = [
        ("{", "EOF"),
        (r#"{"steps":[]}"#, "steps"),
        (
            r#"{"steps":[{"id":"a","agent":"text-statistics","task":7}]}"#,
            "steps[0].task",
        ),
        (
            r#"{"steps":[{"id":"a","agent":"text-statistics","task":"text_statistics","extra":1}]}"#,
            "extra",
        ),
        (
            r#"{"steps":[{"id":"a","agent":"nobody","task":"x"}]}"#,
            "steps[0].agent",
        ),
        (
            r#"{"steps":[{"id":"a","agent":"text-statistics","task":"sing"}]}"#,
            "steps[0].task",
        ),
        (
            r#"{"steps":[{"id":"a","agent":"text-statistics","task":"text_statistics","arguments":{"text":5}}]}"#,
            "steps[0].arguments",
        ),
        (
            r#"{"steps":[{"id":"a","agent":"text-statistics","task":"text_statistics","arguments":{}}]}"#,
            "steps[0].arguments",
        ),
        (
            r#"{"steps":[{"id":"a","agent":"text-statistics","task":"text_statistics","arguments":{"text":{"$result":"/gone/text"}}}]}"#,
            "gone",
        ),
        (
            r#"{"steps":[
                {"id":"a","agent":"text-statistics","task":"text_statistics","arguments":{"text":{"$result":"/b/text"}}},
                {"id":"b","agent":"text-statistics","task":"text_statistics","arguments":{"text":{"$result":"/a/text"}}}]}"#,
            "waits for itself",
        ),
        (deep.as_str(), "deep"),
    ];
    let before = balance(&place);
    for (text, named) in plans {
        let file = plan(&place, text);
        let ran = place.run(&["run", "--plan", &file]);
        assert_ne!(ran.code(), 0, "{text}");
        assert!(ran.error().contains(named), "{named} in {}", ran.error());
    }
    let goals = ["", "   ", "\u{1F600}", &"long ".repeat(3_000)];
    for goal in goals {
        let ran = place.run(&["run", goal]);
        assert_ne!(ran.code(), 0, "{goal}");
        assert!(ran.error().starts_with("error: "), "{}", ran.error());
    }
    assert_eq!(balance(&place), before);
    assert_eq!(place.run(&["db", "check"]).code(), 0);
}

#[test]
fn files_that_are_no_plans_are_refused() {
    let place = Place::new();
    let binary = place.path("binary.json");
    std::fs::write(&binary, [0xff, 0xfe, 0x00]).unwrap();
    let huge = place.path("huge.json");
    std::fs::write(&huge, vec![b' '; 2 * 1024 * 1024]).unwrap();
    for (file, named) in [
        (binary, "UTF-8"),
        (huge, "larger than"),
        (place.path("gone.json"), "No such file"),
    ] {
        let ran = place.run(&["run", "--plan", &file.display().to_string()]);
        assert_eq!(ran.code(), 2);
        assert!(ran.error().contains(named), "{}", ran.error());
    }
}

#[test]
fn agents_are_listed_shown_and_imported() {
    let place = Place::new();
    assert_eq!(place.run(&["agents", "list"]).out().lines().count(), 5);
    let shown = place.run(&["agents", "show", "local/table-reader@latest"]).out();
    assert!(shown.contains("read_table (repeatable)"), "{shown}");
    let file = place.path("agents.json");
    let agent = json!({"agents": [{
        "name": "translator", "title": "Translator", "url": "https://translator.example/run",
        "tasks": [{"name": "translate", "parameters": {"type": "object", "properties": {"text": {"type": "string"}}}}],
        "price": {"amount": "0.5", "currency": "ALGO"},
    }]});
    std::fs::write(&file, agent.to_string()).unwrap();
    let import = ["agents", "import", &file.display().to_string(), "--org", "acme"];
    assert_eq!(
        place.run(&import).out(),
        "acme/translator: registered as translator\n"
    );
    assert_eq!(place.run(&import).out(), "acme/translator: unchanged\n");
    std::fs::write(&file, agent.to_string().replace("0.5", "0.25")).unwrap();
    assert_eq!(place.run(&import).out(), "acme/translator: revised to v2\n");
    assert!(
        place
            .run(&["agents", "show", "acme/translator@v1"])
            .out()
            .contains("0.5 ALGO")
    );
    let stranger = place.run(&["agents", "show", "nobody"]);
    assert_eq!(
        (stranger.code(), stranger.error().as_str()),
        (1, "error: agent nobody not found\n")
    );
}

#[test]
fn a_key_is_printed_once_and_alone() {
    let place = Place::new();
    let made = place.run(&[
        "--account",
        "acme",
        "keys",
        "create",
        "--surface",
        "market",
        "--name",
        "laptop",
        "--credits",
        "2.5",
    ]);
    assert_eq!((made.code(), made.error().as_str()), (0, ""));
    let key = made.out();
    let key = key.strip_suffix('\n').unwrap();
    assert!(key.starts_with("0rca_") && key.len() == 48, "{key}");
    let listed = place.run(&["--account", "acme", "keys", "list"]).out();
    assert!(
        listed.contains("market  active") && listed.contains("laptop"),
        "{listed}"
    );
    assert!(!listed.contains(key), "{listed}");
    let grant = place.run(&["credits", "grant", "acme", "0", "ALGO"]).out();
    assert_eq!(grant, "acme: 2.5 ALGO available, 0 ALGO held\n");
    let id = listed.split_whitespace().next().unwrap();
    assert_eq!(place.run(&["keys", "revoke", id]).code(), 1, "another account's");
    assert_eq!(place.run(&["--account", "acme", "keys", "revoke", id]).code(), 0);
    let listed = place.run(&["--account", "acme", "keys", "list"]).out();
    assert!(listed.contains("market  revoked"), "{listed}");
    assert_eq!(place.run(&["keys", "list"]).out(), "");
}

#[test]
fn a_key_that_cannot_be_meant_is_refused() {
    let place = Place::new();
    for (surface, name, credits) in [("wallet", "a", "1"), ("market", " ", "1"), ("market", "a", "-1")] {
        let credits = format!("--credits={credits}");
        let made = place.run(&["keys", "create", "--surface", surface, "--name", name, &credits]);
        assert_ne!(made.code(), 0, "{surface} {name} {credits}");
        assert_eq!(made.out(), "");
    }
    assert_eq!(place.run(&["keys", "list"]).out(), "");
}

#[test]
fn a_database_is_copied_into_a_new_file() {
    let place = Place::new();
    assert_eq!(
        place
            .run(&["run", r#"Count the words of "one two three""#])
            .code(),
        0
    );
    let copy = place.path("copy.db").display().to_string();
    let copied = place.run(&["db", "backup", &copy]);
    assert_eq!((copied.code(), copied.out()), (0, format!("copied to {copy}\n")));
    let checked = place.run_over("copy.db", &["db", "check"]);
    assert_eq!(checked.code(), 0, "{}", checked.out());
    let again = place.run(&["db", "backup", &copy]);
    assert_eq!(again.code(), 1);
    assert!(again.error().contains("is there already"), "{}", again.error());
}

#[test]
fn what_is_stopped_does_not_run_until_it_is_started() {
    let place = Place::new();
    let goal = r#"Count the words of "one two three""#;
    for what in [&["--calls-of", "local"][..], &[]] {
        let stopped = place.run(&[&["stop", "--reason", "fire"][..], what].concat());
        assert_eq!(stopped.code(), 0, "{}", stopped.error());
        assert!(stopped.out().contains("is stopped: fire"), "{}", stopped.out());
        let refused = place.run(&["run", goal]);
        assert_eq!(refused.code(), 1);
        assert!(
            refused.error().contains("is stopped: fire"),
            "{}",
            refused.error()
        );
        let started = place.run(&[&["start"][..], what].concat());
        assert!(started.out().contains("may go on"), "{}", started.out());
        assert_eq!(place.run(&["run", goal]).code(), 0);
    }
    let unknown = place.run(&["stop", "--agent", "nobody"]);
    assert!(
        unknown.error().contains("agent nobody not found"),
        "{}",
        unknown.error()
    );
    let agent = place.run(&["stop", "--agent", "text-statistics"]);
    assert!(agent.out().starts_with("agent agent_"), "{}", agent.out());
    assert_eq!(place.run(&["run", goal]).code(), 1);
}

#[test]
fn what_was_done_is_chained_and_whoever_changes_it_is_found_out() {
    let place = Place::new();
    let empty = place.run(&["audit", "verify"]);
    assert_eq!(empty.code(), 0, "{}", empty.out());
    let ran = place.run(&["run", r#"Count the words of "one two three""#]);
    assert_eq!(ran.code(), 0, "{}", ran.error());
    let sound = place.run(&["audit", "verify"]);
    assert_eq!(sound.code(), 0, "{}", sound.out());
    assert!(
        sound.out().contains("ok: what was sealed is as it was"),
        "{}",
        sound.out()
    );
    let other = format!("1:{}", "0".repeat(64));
    let refused = place.run(&["audit", "verify", "--anchor", &other]);
    assert_eq!(refused.code(), 1);
    assert!(
        refused.out().contains("the chain does not contain"),
        "{}",
        refused.out()
    );
}

#[test]
fn a_run_ends_well_where_nobody_reads_what_it_prints() {
    let place = Place::new();
    let before = balance(&place);
    let goal = "Count the words of examples/data/incidents.csv";
    assert_eq!(place.run_unheard(&["run", goal]), Some(0));
    assert_ne!(balance(&place), before, "it was run, and paid");
}

#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_written_is_not_passed_over() {
    let place = Place::new();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let ran = place.run_into(
        full,
        &["keys", "create", "--surface", "market", "--name", "laptop"],
    );
    assert_eq!(ran.code(), 1);
    assert!(ran.error().contains("standard output: "), "{}", ran.error());
}
