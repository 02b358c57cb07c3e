//! Laws of the resolved dependencies: what a host takes in when it takes a crate.

use super::{
    keep,
    workspace::{cargo, members, name, pure_crates, root},
};

/// What connects to the outside world or serves it; each with all that begins with its name and a hyphen.
const FOREIGN: [&str; 14] = [
    "axum",
    "deadpool-postgres",
    "hyper",
    "libsqlite3-sys",
    "native-tls",
    "openssl",
    "postgres",
    "reqwest",
    "rusqlite",
    "rustls",
    "sqlx",
    "tokio-postgres",
    "tokio-rustls",
    "tower-http",
];

/// What orch-core may bring along at most, itself included.
const MAX_CRATES_OF_THE_CORE: usize = 40;

/// Whether a pure crate must not have it.
pub(super) fn is_foreign(name: &str) -> bool {
    FOREIGN.iter().any(|foreign| {
        name.strip_prefix(foreign)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    })
}

/// Whether a pure crate may have this feature of tokio.
pub(super) fn is_pure_tokio_feature(feature: &str) -> bool {
    ["sync", "time"].contains(&feature)
}

/// A crate of the resolved tree, with the features that it is built with.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Package {
    name: String,
    version: String,
    features: String,
}

/// What a crate takes in outside its tests, itself included.
fn tree(name: &str) -> Vec<Package> {
    packages(&cargo(&[
        "tree",
        "--locked",
        "--package",
        name,
        "--edges",
        "normal",
        "--prefix",
        "none",
        "--format",
        "{p}|{f}",
    ]))
}

/// Each package once, of lines such as `tokio v1.54.1|sync,time (*)`.
fn packages(printed: &str) -> Vec<Package> {
    let read = |line: &str| {
        let (package, features) = line.split_once('|')?;
        let mut words = package.split_whitespace();
        let (name, version) = (words.next()?.to_owned(), words.next()?.to_owned());
        Some(Package {
            name,
            version,
            features: features.trim_end_matches(" (*)").to_owned(),
        })
    };
    let mut packages: Vec<_> = printed.lines().filter_map(read).collect();
    packages.sort();
    packages.dedup();
    packages
}

fn foreign(packages: &[Package]) -> impl Iterator<Item = String> {
    packages
        .iter()
        .filter(|package| is_foreign(&package.name))
        .map(|package| format!("{} {}", package.name, package.version))
}

fn tokio_features(packages: &[Package]) -> impl Iterator<Item = String> {
    let tokio = packages.iter().filter(|package| package.name == "tokio");
    let features = tokio
        .flat_map(|tokio| tokio.features.split(','))
        .filter(|feature| !feature.is_empty());
    features
        .filter(|feature| !is_pure_tokio_feature(feature))
        .map(|feature| format!("tokio's {feature}"))
}

#[test]
fn pure_crates_take_in_nothing_foreign() {
    let faults = pure_crates().flat_map(|name| {
        let packages = tree(name);
        let faults: Vec<_> = foreign(&packages).chain(tokio_features(&packages)).collect();
        faults
            .into_iter()
            .map(move |fault| format!("{name} takes in {fault}"))
    });
    keep(
        "a pure crate takes in no server, client, driver or runtime",
        faults,
    );
}

#[test]
fn the_orchestrator_takes_in_no_driver_unless_asked() {
    if members().iter().any(|member| name(member) == "orch") {
        keep(
            "without features orch takes in no server, client or driver",
            foreign(&tree("orch")),
        );
    }
}

#[test]
fn a_foreign_package_is_found() {
    let packages = packages(
        "orch-core v0.1.0 (elsewhere)|\ntokio v1.54.1|rt,sync\nhyper-util v0.1.0|\ntokio v1.54.1|rt,sync (*)\n\
         hyperbolic v1.0.0|\nserde_derive v1.0.0 (proc-macro)|default\n",
    );
    assert_eq!(packages.len(), 5);
    assert_eq!(foreign(&packages).collect::<Vec<_>>(), ["hyper-util v0.1.0"]);
    assert_eq!(tokio_features(&packages).collect::<Vec<_>>(), ["tokio's rt"]);
}

fn excess(packages: &[Package]) -> Option<String> {
    let names: Vec<_> = packages.iter().map(|package| package.name.as_str()).collect();
    (names.len() > MAX_CRATES_OF_THE_CORE).then(|| format!("{} crates: {}", names.len(), names.join(", ")))
}

#[test]
fn the_core_is_light() {
    if root().is_some() {
        keep(
            "orch-core takes in at most 40 crates, itself included",
            excess(&tree("orch-core")),
        );
    }
}

#[test]
fn a_heavy_core_is_found() {
    let many = |count: usize| {
        packages(
            &(0..count)
                .map(|n| format!("crate{n} v1.0.0|\n"))
                .collect::<String>(),
        )
    };
    assert_eq!(excess(&many(40)), None);
    assert!(excess(&many(41)).is_some());
}
