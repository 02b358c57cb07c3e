//! The laws of every store on every engine.

mod a2a;
mod agents;
mod approvals;
mod audit;
mod auth;
mod billing;
mod catalog;
mod engine;
mod events;
mod http;
mod planner;
mod spoiled;
mod switch;
mod tallies;
