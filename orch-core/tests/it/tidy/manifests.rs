//! Laws of the manifests: what a member says of itself and what it may stand on.

use serde_json::{Value, json};

use super::{
    keep,
    tree::{is_foreign, is_pure_tokio_feature},
    workspace::{PURE, cargo_manifest, files, members, name},
};

fn undescribed(member: &Value) -> Vec<String> {
    let lacks = |field: &&str| member[*field].as_str().is_none_or(str::is_empty);
    let fields = ["description", "license", "readme"].into_iter().filter(lacks);
    fields
        .map(|field| format!("{} has no {field}", name(member)))
        .collect()
}

#[test]
fn every_member_describes_itself() {
    keep(
        "a manifest has description, license and readme",
        members().iter().flat_map(undescribed),
    );
}

#[test]
fn an_undescribed_member_is_found() {
    let member = json!({ "name": "orch-new", "description": null, "license": "MIT", "readme": "" });
    assert_eq!(
        undescribed(&member),
        ["orch-new has no description", "orch-new has no readme"]
    );
}

fn follows_the_lints(manifest: &str) -> bool {
    let mut lines = manifest
        .lines()
        .skip_while(|line| line.trim() != "[lints]")
        .skip(1);
    lines
        .next()
        .is_some_and(|line| line.split_whitespace().eq(["workspace", "=", "true"]))
}

#[test]
fn every_member_follows_the_lints() {
    let others = members()
        .iter()
        .filter(|member| !follows_the_lints(&cargo_manifest(member)));
    keep(
        "a manifest has [lints] workspace = true",
        others.map(|member| name(member).to_owned()),
    );
}

#[test]
fn lints_of_ones_own_are_found() {
    assert!(follows_the_lints("[package]\n\n[lints]\nworkspace = true\n"));
    assert!(!follows_the_lints("[package]\nedition.workspace = true\n"));
    assert!(!follows_the_lints("[lints]\nrust.missing_docs = \"allow\"\n"));
}

/// Dependencies of the root manifest whose line gives no reason; members stand under the reason of the family.
fn unreasoned(manifest: &str) -> Vec<String> {
    let section = manifest
        .lines()
        .skip_while(|line| *line != "[workspace.dependencies]")
        .skip(1);
    let entries = section
        .take_while(|line| !line.starts_with('['))
        .filter(|line| line.contains('='));
    let has_reason = |line: &&str| {
        line.contains("path = \"") || line.split_once(" # ").is_some_and(|(_, why)| why.len() > 3)
    };
    entries
        .filter(|line| !line.starts_with('#') && !has_reason(line))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_dependency_has_a_reason() {
    let manifest = files().iter().filter(|file| file.path == "Cargo.toml");
    keep(
        "a line of [workspace.dependencies] ends with its reason",
        manifest.flat_map(|file| unreasoned(&file.text)),
    );
}

#[test]
fn a_dependency_without_a_reason_is_found() {
    let manifest = "[workspace.dependencies]\n# Values = good.\norch = { path = \"orch\" }\ncsv = \"1\" # reads tables\n\
                    clap = \"4\"\n\n[workspace.lints]\nall = \"warn\"\n";
    assert_eq!(unreasoned(manifest), ["clap = \"4\""]);
}

/// What a member needs outside its tests.
fn dependencies(member: &Value) -> impl Iterator<Item = &Value> {
    member["dependencies"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|dependency| dependency["kind"] != "dev")
}

fn impurities(member: &Value) -> Vec<String> {
    if !PURE.contains(&name(member)) {
        return Vec::new();
    }
    let foreign = dependencies(member).filter(|dependency| is_foreign(name(dependency)));
    let foreign = foreign.map(|dependency| format!("{} depends on {}", name(member), name(dependency)));
    let tokio = dependencies(member).filter(|dependency| name(dependency) == "tokio");
    let features = tokio
        .flat_map(|tokio| tokio["features"].as_array().unwrap())
        .filter_map(Value::as_str);
    let features = features.filter(|feature| !is_pure_tokio_feature(feature));
    foreign
        .chain(features.map(|feature| format!("{} wants {feature} of tokio", name(member))))
        .collect()
}

#[test]
fn pure_crates_ask_for_nothing_foreign() {
    keep(
        "a pure crate asks for no server, client, driver or runtime",
        members().iter().flat_map(impurities),
    );
}

#[test]
fn a_foreign_dependency_is_found() {
    let member = |name: &str| {
        json!({ "name": name, "dependencies": [
            { "name": "rusqlite", "kind": null, "features": [] },
            { "name": "axum", "kind": "dev", "features": [] },
            { "name": "tokio", "kind": null, "features": ["sync", "rt"] },
            { "name": "tokio", "kind": "dev", "features": ["macros"] },
        ]})
    };
    assert_eq!(
        impurities(&member("orch-billing")),
        [
            "orch-billing depends on rusqlite",
            "orch-billing wants rt of tokio"
        ]
    );
    assert!(impurities(&member("orch-backends")).is_empty());
}

/// The floors of the house, from the ground up: an arrow runs to a lower floor, never to the same or a higher one.
const FLOORS: [&[&str]; 9] = [
    &["orch-core"],
    &["orch-auth", "orch-memory", "orch-billing", "orch-approvals"],
    &["orch-a2a"],
    &["orch-planner"],
    &["orch-backends"],
    &["orch"],
    &["orch-http-adapter"],
    &["orch-examples"],
    &["orch-benches"],
];

fn floor(name: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&name))
}

fn rising_arrows(member: &Value) -> Vec<String> {
    let Some(own) = floor(name(member)) else {
        return vec![format!("{} has no floor yet", name(member))];
    };
    let arrows =
        dependencies(member).filter(|dependency| floor(name(dependency)).is_some_and(|other| other >= own));
    arrows
        .map(|dependency| format!("{} -> {}", name(member), name(dependency)))
        .collect()
}

#[test]
fn arrows_run_down() {
    keep(
        "a crate depends only on lower floors of the house",
        members().iter().flat_map(rising_arrows),
    );
}

#[test]
fn a_rising_arrow_is_found() {
    let member = |name: &str, dependency: &str| json!({ "name": name, "dependencies": [{ "name": dependency, "kind": null, "features": [] }] });
    assert!(rising_arrows(&member("orch-planner", "orch-a2a")).is_empty());
    assert_eq!(
        rising_arrows(&member("orch-billing", "orch-planner")),
        ["orch-billing -> orch-planner"]
    );
    assert_eq!(
        rising_arrows(&member("orch-memory", "orch-billing")),
        ["orch-memory -> orch-billing"]
    );
    assert_eq!(
        rising_arrows(&member("orch-attic", "orch-core")),
        ["orch-attic has no floor yet"]
    );
}
