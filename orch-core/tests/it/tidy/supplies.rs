//! Laws of what we let in: licenses, banned crates and sources, as `deny.toml` lists them.

use super::{
    keep,
    workspace::{cargo, files, root},
};

/// A file in the workspace's root; empty where there is no workspace.
fn text(path: &str) -> &'static str {
    files()
        .iter()
        .find(|file| file.path == path)
        .map_or("", |file| &file.text)
}

/// The quoted words in a list of `deny.toml` that begins with this line.
fn allowed(deny: &str) -> Vec<&str> {
    let list = deny.lines().skip_while(|line| *line != "allow = [").skip(1);
    list.take_while(|line| *line != "]")
        .map(|line| line.trim_matches([' ', '"', ',']))
        .collect()
}

/// Whether an SPDX expression, or an old one with slashes, can be met with these licenses.
fn is_met(expression: &str, allowed: &[&str]) -> bool {
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let mut words = spaced.split_whitespace().peekable();
    any_of(&mut words, allowed) && words.next().is_none()
}

type Words<'w> = std::iter::Peekable<std::str::SplitWhitespace<'w>>;

fn any_of(words: &mut Words<'_>, allowed: &[&str]) -> bool {
    let mut met = all_of(words, allowed);
    while words.next_if_eq(&"OR").is_some() {
        met |= all_of(words, allowed);
    }
    met
}

fn all_of(words: &mut Words<'_>, allowed: &[&str]) -> bool {
    let mut met = license(words, allowed);
    while words.next_if_eq(&"AND").is_some() {
        met &= license(words, allowed);
    }
    met
}

fn license(words: &mut Words<'_>, allowed: &[&str]) -> bool {
    match words.next() {
        Some("(") => any_of(words, allowed) & words.next_if_eq(&")").is_some(),
        Some(name) if words.next_if_eq(&"WITH").is_some() => {
            let exception = words.next().unwrap_or_default();
            allowed.contains(&format!("{name} WITH {exception}").as_str())
        }
        Some(name) => allowed.contains(&name),
        None => false,
    }
}

/// The packages of `name version|license` lines whose license is not met.
fn unlicensed(printed: &str, allowed: &[&str]) -> Vec<String> {
    let packages = printed
        .lines()
        .map(|line| line.trim_end_matches(" (*)"))
        .filter(|line| !line.is_empty());
    let met = |package: &&str| {
        package
            .split_once('|')
            .is_some_and(|(_, expression)| is_met(expression, allowed))
    };
    let mut faults: Vec<_> = packages
        .filter(|package| !met(package))
        .map(str::to_owned)
        .collect();
    faults.sort();
    faults.dedup();
    faults
}

#[test]
fn every_license_is_allowed() {
    if root().is_some() {
        let all = [
            "tree",
            "--workspace",
            "--all-features",
            "--locked",
            "--prefix",
            "none",
            "--format",
            "{p}|{l}",
        ];
        keep(
            "a package bears a license that deny.toml allows",
            unlicensed(&cargo(&all), &allowed(text("deny.toml"))),
        );
    }
}

#[test]
fn a_license_that_is_not_allowed_is_found() {
    let allowed = allowed("[licenses]\nallow = [\n    \"MIT\",\n    \"Unicode-3.0\",\n]\n\n[bans]\n");
    assert_eq!(allowed, ["MIT", "Unicode-3.0"]);
    for met in [
        "MIT",
        "GPL-3.0 OR MIT",
        "Apache-2.0/MIT",
        "(MIT OR Apache-2.0) AND Unicode-3.0",
    ] {
        assert!(is_met(met, &allowed), "{met}");
    }
    for unmet in [
        "",
        "GPL-3.0",
        "MIT AND GPL-3.0",
        "(GPL-3.0 OR ISC) AND MIT",
        "MIT WITH an-exception",
        "MIT MIT",
        "(MIT",
    ] {
        assert!(!is_met(unmet, &allowed), "{unmet}");
    }
    assert_eq!(
        unlicensed("a v1.0.0|MIT\nb v1.0.0|\nc v1.0.0|MIT AND ISC (*)\n", &allowed).len(),
        2
    );
}

/// The crates that a list of bans names.
fn banned(deny: &str) -> impl Iterator<Item = &str> {
    deny.split("{ crate = \"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
}

fn banned_packages(deny: &str, lock: &str) -> Vec<String> {
    banned(deny)
        .filter(|name| lock.contains(&format!("\nname = \"{name}\"\n")))
        .map(str::to_owned)
        .collect()
}

/// The lock file, which is not among the files of the workspace because nobody writes it.
fn lock() -> String {
    root().map_or_else(String::new, |root| {
        std::fs::read_to_string(root.join("Cargo.lock")).unwrap()
    })
}

#[test]
fn no_package_is_banned() {
    keep(
        "a package that deny.toml bans is not let in",
        banned_packages(text("deny.toml"), &lock()),
    );
}

#[test]
fn a_banned_package_is_found() {
    let deny = "deny = [\n    { crate = \"openssl\", reason = \"other\" },\n    { crate = \"sqlx\" },\n]\n";
    let lock = "[[package]]\nname = \"openssl\"\nversion = \"0.10.0\"\n\n[[package]]\nname = \"sqlx-core\"\n";
    assert_eq!(banned_packages(deny, lock), ["openssl"]);
}

/// Sources other than the one registry.
fn foreign_sources(lock: &str) -> Vec<String> {
    let sources = lock.lines().filter_map(|line| line.strip_prefix("source = "));
    sources
        .filter(|source| !source.starts_with("\"registry+") || !source.contains("crates.io"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_package_comes_from_the_registry() {
    keep(
        "a package comes from the public registry, not from a repository",
        foreign_sources(&lock()),
    );
}

#[test]
fn another_source_is_found() {
    assert_eq!(
        foreign_sources("[[package]]\nsource = \"git+https://a.example/b\"\n").len(),
        1
    );
    assert_eq!(
        foreign_sources("[[package]]\nsource = \"registry+https://a.example/index\"\n").len(),
        1
    );
}
