//! Agents outside the process, called through the real Invoker, whatever they do.
#![cfg(test)] // so that the lints know the functions between the tests for parts of tests

mod faults;
mod house;
mod http;
mod process;
