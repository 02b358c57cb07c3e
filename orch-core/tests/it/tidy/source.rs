//! Laws of the source text, file by file.

use super::{
    keep,
    workspace::{File, files},
};

/// Longer than this, a file is about more than one noun.
const MAX_LINES: usize = 400;

/// The lines outside the file's own test module, numbered from 1.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let tests = text
        .match_indices("\n#[cfg(test)]\n")
        .map(|(at, _)| at)
        .find(|&at| {
            let item = text[at + 1..].lines().find(|line| !line.starts_with("#["));
            item.is_some_and(|line| line.starts_with("mod ") && line.ends_with('{'))
        });
    let code = tests.map_or(text, |at| &text[..at]);
    code.lines().enumerate().map(|(index, line)| (index + 1, line))
}

/// Lines of the code that are at fault, named with their place; comments are not code.
fn faulty_lines<'f>(
    file: &'f File,
    at_fault: impl Fn(&str) -> bool + 'f,
) -> impl Iterator<Item = String> + 'f {
    code(&file.text)
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .filter(move |(_, line)| at_fault(line))
        .map(|(number, line)| format!("{}:{number}: {}", file.path, line.trim()))
}

/// Whether a file is made of tests, measurements or examples.
fn is_outside_production(path: &str) -> bool {
    let within =
        |folder: &str| path.starts_with(&format!("{folder}/")) || path.contains(&format!("/{folder}/"));
    within("tests") || within("benches") || within("examples") || path.ends_with("/tests.rs")
}

fn length(file: &File) -> Option<String> {
    let lines = code(&file.text).count();
    (file.is_rust() && lines > MAX_LINES).then(|| format!("{}: {lines} lines", file.path))
}

#[test]
fn files_are_short() {
    keep(
        "a file has at most 400 lines before its tests: split it by noun",
        files().iter().filter_map(length),
    );
}

#[test]
fn a_long_file_is_found() {
    let long = "fn line() {}\n".repeat(MAX_LINES);
    let tests = "\n#[cfg(test)]\nmod tests {\n    // Not counted.\n}\n";
    assert_eq!(length(&File::planted("a.rs", &format!("{long}{tests}"))), None);
    assert!(
        length(&File::planted(
            "a.rs",
            &format!("{long}fn one_more() {{}}\n{tests}")
        ))
        .is_some()
    );
    let declared = format!("\n#[cfg(test)]\nmod helpers;\n{long}");
    assert!(
        length(&File::planted("a.rs", &declared)).is_some(),
        "a declaration ends no code"
    );
}

/// Marks of unfinished work; cut in two so that this file does not find itself.
const UNFINISHED: [&str; 5] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("to", "do!"),
    concat!("unimple", "mented!"),
    concat!("#[", "ignore"),
];

fn unfinished(file: &File) -> Vec<String> {
    let lines = file.text.lines().enumerate();
    lines
        .filter(|(_, line)| UNFINISHED.iter().any(|mark| line.contains(mark)))
        .map(|(index, line)| format!("{}:{}: {}", file.path, index + 1, line.trim()))
        .collect()
}

#[test]
fn nothing_is_left_unfinished() {
    keep(
        "what is in the tree is finished, and every test runs",
        files().iter().flat_map(unfinished),
    );
}

#[test]
fn unfinished_work_is_found() {
    for mark in UNFINISHED {
        assert_eq!(
            unfinished(&File::planted("a.rs", &format!("fn f() {{\n    {mark}\n}}"))).len(),
            1,
            "{mark}"
        );
    }
    assert!(unfinished(&File::planted("a.rs", "// A method to do so.")).is_empty());
}

/// Folders that exist on one machine only; cut in two so that this file does not find itself.
const MACHINE_PATHS: [&str; 6] = [
    concat!("/t", "mp/"),
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/fa", "rm/"),
    concat!("/Us", "ers/"),
];

fn machine_paths(file: &File) -> Vec<String> {
    let is_absolute = |before: &str| !before.ends_with(|c: char| c.is_alphanumeric() || "._-})".contains(c));
    let names_one = |line: &str| {
        MACHINE_PATHS
            .iter()
            .any(|path| line.match_indices(path).any(|(at, _)| is_absolute(&line[..at])))
    };
    let lines = file.text.lines().enumerate();
    lines
        .filter(|(_, line)| names_one(line))
        .map(|(index, line)| format!("{}:{}: {}", file.path, index + 1, line.trim()))
        .collect()
}

#[test]
fn no_file_names_a_path_of_one_machine() {
    keep(
        "paths are relative or asked for",
        files().iter().flat_map(machine_paths),
    );
}

#[test]
fn a_path_of_one_machine_is_found() {
    for path in MACHINE_PATHS {
        assert_eq!(
            machine_paths(&File::planted("a.md", &format!("see `{path}notes.txt`"))).len(),
            1,
            "{path}"
        );
        assert_eq!(
            machine_paths(&File::planted("a.rs", &format!("\"sqlite://{path}a\""))).len(),
            1,
            "{path}"
        );
        assert!(
            machine_paths(&File::planted("a.md", &format!("https://a.example{path}x"))).is_empty(),
            "{path}"
        );
    }
}

/// Ways around the `Clock` and `Entropy` ports.
const BYPASSES: [&str; 9] = [
    "Utc::now",
    "Local::now",
    "SystemTime::now",
    "Instant::now",
    "Uuid::new_v4",
    "Uuid::now_v7",
    "OsRng",
    "thread_rng",
    "rand::rng(",
];

fn bypasses(file: &File) -> Vec<String> {
    let is_home = ["orch-core/src/clock.rs", "orch-core/src/entropy.rs"].contains(&file.path.as_str());
    if !file.is_rust() || is_home || is_outside_production(&file.path) {
        return Vec::new();
    }
    // How long a commit took or a lock was waited for is measured where that happens; none of it is a time of the domain.
    let is_engine = file.path.starts_with("orch-backends/src/sql/");
    let bypasses = BYPASSES
        .iter()
        .filter(|&&bypass| !(is_engine && bypass == "Instant::now"));
    faulty_lines(file, |line| bypasses.clone().any(|bypass| line.contains(bypass))).collect()
}

#[test]
fn time_and_chance_come_from_their_ports() {
    keep(
        "ask the Clock or Entropy port that the service holds",
        files().iter().flat_map(bypasses),
    );
}

#[test]
fn a_bypass_is_found() {
    for bypass in BYPASSES {
        let text =
            format!("fn f() {{\n    {bypass}();\n}}\n\n#[cfg(test)]\nmod tests {{\n    {bypass}();\n}}\n");
        assert_eq!(
            bypasses(&File::planted("orch-a2a/src/invoker.rs", &text)).len(),
            1,
            "{bypass}"
        );
        for free in [
            "orch-core/src/clock.rs",
            "orch-a2a/tests/it/main.rs",
            "benches/src/lib.rs",
            "examples/src/a.rs",
        ] {
            assert!(bypasses(&File::planted(free, &text)).is_empty(), "{free}");
        }
    }
}

fn statuses(file: &File) -> Vec<String> {
    if !file.path.starts_with("orch-http-adapter/src/") || file.path.ends_with("/error.rs") {
        return Vec::new();
    }
    let names_one = |line: &str| {
        line.split("StatusCode::")
            .skip(1)
            .any(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))
    };
    faulty_lines(file, names_one).collect()
}

#[test]
fn only_a_surfaces_error_file_names_a_status() {
    keep(
        "a surface names its statuses in its error.rs only",
        files().iter().flat_map(statuses),
    );
}

#[test]
fn a_status_elsewhere_is_found() {
    let text = "fn f() -> StatusCode {\n    StatusCode::NOT_FOUND\n}\n";
    assert_eq!(
        statuses(&File::planted("orch-http-adapter/src/a2a/approvals.rs", text)).len(),
        1
    );
    assert!(statuses(&File::planted("orch-http-adapter/src/a2a/error.rs", text)).is_empty());
    assert!(
        statuses(&File::planted(
            "orch-http-adapter/src/a2a.rs",
            "StatusCode::from_u16(code)"
        ))
        .is_empty()
    );
}

fn front_page(file: &File) -> Option<String> {
    let opens_with_it = file
        .text
        .starts_with("#![doc = include_str!(\"../README.md\")]\n");
    (file.path.ends_with("/src/lib.rs") && !opens_with_it).then(|| file.path.clone())
}

#[test]
fn a_crates_front_page_is_its_readme() {
    keep(
        "src/lib.rs begins with #![doc = include_str!(\"../README.md\")]",
        files().iter().filter_map(front_page),
    );
}

#[test]
fn another_front_page_is_found() {
    assert!(front_page(&File::planted("orch/src/lib.rs", "//! Another page.\n")).is_some());
    assert!(front_page(&File::planted("orch/src/main.rs", "//! A program.\n")).is_none());
}
