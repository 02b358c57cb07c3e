//! What is printed, where whoever reads it may have gone away, as `head` does once it has enough.

use std::{
    fmt,
    io::{self, ErrorKind, Write},
    sync::atomic::{AtomicBool, Ordering},
};

/// Whether standard output took whatever somebody still wanted.
static IS_WHOLE: AtomicBool = AtomicBool::new(true);

/// Prints a line on standard output. `println!` would end a run half-way when nobody reads any more.
macro_rules! say {
    ($($text:tt)*) => { $crate::cli::output::said(format_args!($($text)*)) };
}

/// Prints a line on standard error, as long as somebody reads it.
macro_rules! tell {
    ($($text:tt)*) => { $crate::cli::output::told(format_args!($($text)*)) };
}

pub(in crate::cli) fn said(line: fmt::Arguments<'_>) {
    if let Err(error) = writeln!(io::stdout().lock(), "{line}")
        && error.kind() != ErrorKind::BrokenPipe
    {
        told(format_args!("error: standard output: {error}"));
        IS_WHOLE.store(false, Ordering::Relaxed);
    }
}

pub(in crate::cli) fn told(line: fmt::Arguments<'_>) {
    // There is nowhere left to say that it failed.
    drop(writeln!(io::stderr().lock(), "{line}"));
}

/// Whether all was printed that somebody wanted to read.
pub(in crate::cli) fn is_whole() -> bool {
    IS_WHOLE.load(Ordering::Relaxed)
}
