//! What the market costs: its routes beside a bare JSON route, lists over a large catalog, and usage over ten million
//! records.
//!
//! `-- usage` fills a file of some gigabytes and takes minutes; `-- catalog` takes one; `-- routes` is the default.

mod catalog;
mod client;
mod limit;
mod routes;
mod usage;

use orch_benches::Outcome;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let is_wanted = |name: &str| arguments.iter().any(|argument| argument == name);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let is_particular = ["routes", "catalog", "usage"].into_iter().any(is_wanted);
    if is_wanted("routes") || !is_particular {
        routes::measure()?;
    }
    if is_wanted("catalog") {
        runtime.block_on(catalog::measure())?;
    }
    if is_wanted("usage") {
        runtime.block_on(usage::measure())?;
    }
    Ok(())
}
