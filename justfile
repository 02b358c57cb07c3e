# Parts of `.ci/run` by name. `just` alone lists them.

default:
    @just --list

# Formatting, lints and the house laws: what to run before every commit.
check:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --all-features -- -D warnings
    cargo test --package orch-core --test it

# Every test that needs no server; the laws of PostgreSQL say aloud that they were skipped.
test:
    cargo test --workspace

# Every test on every engine, against a PostgreSQL that is already running: just laws postgres://postgres@localhost/postgres
laws url:
    ORCH_TEST_POSTGRES={{ quote(url) }} cargo test --workspace

# Measurements, each beside its physical limit; a name runs those that contain it.
bench name="":
    cargo bench --package orch-benches {{ name }}

# Everything that continuous integration runs, in the same order.
ci:
    bash .ci/run

# Kills a process in the middle of its runs, n times, and compares each time what it left behind: just kill 5000
kill n="200":
    KILLS={{ n }} bash .ci/run kill_test

# The documentation, with a warning as an error.
docs:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --all-features
