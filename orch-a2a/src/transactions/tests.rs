mod approvals;
mod ends;
mod forwards;
mod house;
mod kept;
mod log;
mod repeats;
