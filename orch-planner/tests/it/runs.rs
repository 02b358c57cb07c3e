//! Runs from their start to their end, over agents that follow a script.

mod cancel;
mod crash;
mod failure;
mod fallback;
mod happy;
mod one_call;
mod random;
mod replan;
mod start;
mod stops;
mod waiting;
mod watch;
mod workers;
