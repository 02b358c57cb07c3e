mod approvals;
mod ends;
mod forwards;
mod house;
mod log;
mod repeats;
