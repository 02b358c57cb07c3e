mod approvals;
mod ends;
mod forwards;
mod house;
mod repeats;
