//! Tests of orch-core from outside, in one binary.
#![cfg(test)]

mod catalog;
mod switch;
mod tidy;
