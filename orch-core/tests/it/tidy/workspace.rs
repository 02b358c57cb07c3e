//! What the laws look at: the files of the workspace, its members and what cargo says of them.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use serde_json::Value;

/// One text file, its path relative to the workspace's root.
#[derive(Clone, Debug)]
pub(super) struct File {
    pub(super) path: String,
    pub(super) text: String,
}

impl File {
    /// A file that a test makes up.
    pub(super) fn planted(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    pub(super) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }
}

/// The workspace's root; `None` where this crate stands alone.
pub(super) fn root() -> Option<PathBuf> {
    let parent = Path::new(env!("CARGO_MANIFEST_DIR")).parent()?;
    let manifest = fs::read_to_string(parent.join("Cargo.toml")).ok()?;
    (manifest.contains("[workspace]") && manifest.contains("\"orch-core\"")).then(|| parent.to_path_buf())
}

/// Every text file of the workspace but what cargo and git write.
pub(super) fn files() -> &'static [File] {
    static FILES: OnceLock<Vec<File>> = OnceLock::new();
    FILES.get_or_init(|| {
        let mut files = Vec::new();
        if let Some(root) = root() {
            collect(&root, "", &mut files);
        }
        files
    })
}

fn collect(root: &Path, within: &str, files: &mut Vec<File>) {
    for entry in fs::read_dir(root.join(within)).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let path = if within.is_empty() {
            name.clone()
        } else {
            format!("{within}/{name}")
        };
        if matches!(name.as_str(), "target" | ".git" | "Cargo.lock") || name.contains(".db") {
            continue;
        }
        if entry.file_type().unwrap().is_dir() {
            collect(root, &path, files);
        } else if let Ok(text) = fs::read_to_string(entry.path()) {
            files.push(File { path, text });
        }
    }
}

/// What cargo says of each member: its manifest as JSON.
pub(super) fn members() -> &'static [Value] {
    static MEMBERS: OnceLock<Vec<Value>> = OnceLock::new();
    MEMBERS.get_or_init(|| {
        if root().is_none() {
            return Vec::new();
        }
        let metadata = cargo(&["metadata", "--no-deps", "--format-version", "1"]);
        let metadata: Value = serde_json::from_str(&metadata).unwrap();
        metadata["packages"].as_array().unwrap().clone()
    })
}

/// What a member is called.
pub(super) fn name(member: &Value) -> &str {
    member["name"].as_str().unwrap()
}

/// The crates that compute and never touch the outside world, as far as they exist yet.
pub(super) fn pure_crates() -> impl Iterator<Item = &'static str> {
    members().iter().map(name).filter(|name| PURE.contains(name))
}

/// Crates without a server, a client, a driver or a runtime.
pub(super) const PURE: [&str; 7] = [
    "orch-core",
    "orch-auth",
    "orch-memory",
    "orch-approvals",
    "orch-billing",
    "orch-a2a",
    "orch-planner",
];

/// The text of a member's manifest.
pub(super) fn cargo_manifest(member: &Value) -> String {
    fs::read_to_string(member["manifest_path"].as_str().unwrap()).unwrap()
}

/// What cargo prints when it is run in the workspace's root.
pub(super) fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(root().unwrap())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "cargo {} failed: {errors}",
        arguments.join(" ")
    );
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_laws_see_the_workspace() {
    if root().is_some() {
        assert!(files().iter().any(|file| file.path == "orch-core/src/lib.rs"));
        assert!(files().iter().any(|file| file.path == ".ci/run"));
        assert!(pure_crates().any(|name| name == "orch-core"));
    }
}
