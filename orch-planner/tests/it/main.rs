//! Tests of orch-planner from outside, in one binary.
#![cfg(test)]

mod catalog_planner;
mod goal;
mod golden;
mod house;
mod limits;
mod llm_planner;
mod runs;
