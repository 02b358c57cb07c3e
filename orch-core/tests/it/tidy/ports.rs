//! Laws of the ports: few methods, and a folder of three for each that keeps things.

use super::{
    keep,
    workspace::{File, files},
};

/// More than this, and a host's own implementation is a burden.
const MAX_METHODS: usize = 7;

/// A public trait that others implement.
#[derive(Debug)]
struct Port<'t> {
    name: &'t str,
    methods: usize,
}

impl Port<'_> {
    fn is_store(&self) -> bool {
        self.name.ends_with("Store")
    }
}

/// The ports that a file declares: public traits that are shared between threads, and all that are called a store.
fn ports(file: &File) -> Vec<Port<'_>> {
    if !file.is_rust() || !file.path.contains("/src/") {
        return Vec::new();
    }
    let declarations = file.text.split("\npub trait ").skip(1);
    let ports = declarations.filter_map(|declaration| {
        let (header, rest) = declaration.split_once('{')?;
        let body = rest.split("\n}").next()?;
        let name = header.split(|c: char| !c.is_alphanumeric()).next()?;
        let is_method = |line: &&str| {
            let item = line.strip_prefix("    ").unwrap_or_default();
            ["fn ", "async fn "].iter().any(|start| item.starts_with(start))
        };
        let is_port = name.ends_with("Store") || (header.contains("Send") && header.contains("'static"));
        is_port.then(|| Port {
            name,
            methods: body.lines().filter(is_method).count(),
        })
    });
    ports.collect()
}

fn broad_ports(file: &File) -> Vec<String> {
    let broad = ports(file).into_iter().filter(|port| port.methods > MAX_METHODS);
    broad
        .map(|port| format!("{}: {} has {} methods", file.path, port.name, port.methods))
        .collect()
}

#[test]
fn a_port_has_at_most_seven_methods() {
    keep(
        "a port has at most seven methods; sugar goes to the service",
        files().iter().flat_map(broad_ports),
    );
}

#[test]
fn a_broad_port_is_found() {
    let port = |methods: usize, name: &str| {
        let method = "    /// Reads.\n    async fn find(&self) -> Option<u8>;\n".repeat(methods);
        File::planted(
            "orch-a2a/src/peer.rs",
            &format!("\npub trait {name}: fmt::Debug + Send + Sync + 'static {{\n{method}}}\n"),
        )
    };
    assert!(broad_ports(&port(7, "Peer")).is_empty());
    assert_eq!(
        broad_ports(&port(8, "Peer")),
        ["orch-a2a/src/peer.rs: Peer has 8 methods"]
    );
    assert_eq!(broad_ports(&port(8, "PeerStore")).len(), 1);
}

/// Store ports of the domain that lack a part of their folder.
fn partial_folders(files: &[File]) -> Vec<String> {
    let has = |path: &str| files.iter().any(|file| file.path == path);
    let stores = files.iter().filter(|file| ports(file).iter().any(Port::is_store));
    let faults = stores.flat_map(|file| {
        let Some(folder) = file.path.strip_suffix("/store.rs") else {
            return vec![format!(
                "{}: a store port is declared in a file called store.rs",
                file.path
            )];
        };
        let parts = ["in_memory.rs", "conformance.rs"].map(|part| format!("{folder}/store/{part}"));
        let missing = parts.into_iter().filter(|part| !has(part));
        missing
            .map(|part| format!("{}: its {part} is missing", file.path))
            .collect()
    });
    faults.collect()
}

#[test]
fn a_store_is_a_folder_of_three() {
    keep(
        "a store has its trait, its in-memory reference and its laws side by side",
        partial_folders(files()),
    );
}

#[test]
fn a_partial_folder_is_found() {
    let port = "\npub trait NoteStore: fmt::Debug + Send + Sync + 'static {\n}\n";
    let mut files = vec![
        File::planted("orch-memory/src/note/store.rs", port),
        File::planted("orch-memory/src/note/store/in_memory.rs", ""),
        File::planted("orch-memory/src/note/store/conformance.rs", ""),
    ];
    assert!(partial_folders(&files).is_empty());
    files.pop();
    assert_eq!(partial_folders(&files).len(), 1, "laws are missing");
    assert_eq!(
        partial_folders(&[File::planted("orch-memory/src/note.rs", port)]).len(),
        1,
        "declared elsewhere"
    );
}
