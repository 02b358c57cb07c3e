//! Reads a table from a file.

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::AgentError;
use collector::Collector;

mod cell;
mod collector;
mod file;
mod parse;

/// A file to read a table from.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Path of the file, absolute or relative to the working directory: `.csv` or `.tsv` with a header row, `.json`
    /// with an array of objects or an object holding one, `.txt` or `.md` as one column `text` with a row per line.
    /// UTF-8, at most 16 MiB.
    #[schemars(extend("format" = "path"))]
    pub path: String,
    /// Name of the column whose text is wanted; without it, the column with the most text.
    #[serde(default)]
    pub column: Option<String>,
}

/// The table that a file holds.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
pub struct Output {
    /// Names of the columns, in the order of their appearance in the file; those of JSON objects in alphabetical order.
    pub columns: Vec<String>,
    /// Number of rows in the file, without the header.
    pub row_count: u64,
    /// The first rows, as objects by column: at most 1,000 rows with at most 1,000,000 bytes of names and
    /// cells. A cell is a
    /// number where a number would print as the very same text, and null where it is empty.
    pub rows: Vec<Map<String, Value>>,
    /// Name of the column that `text` is taken from; null where no column has text.
    pub text_column: Option<String>,
    /// The text of that column, one row after the other, joined by line ends and cut to 200,000 bytes.
    pub text: String,
    /// Whether `rows` or `text` had to be cut.
    pub is_truncated: bool,
}

/// Reads a CSV, JSON or text file into rows, and gives the text of one column.
///
/// # Errors
///
/// When the path names no regular file of a known kind of at most 16 MiB of UTF-8, when its content is not well
/// formed (the message tells the line), or when it has no such column.
pub fn read_table(input: Input) -> Result<Output, AgentError> {
    let Input { path, column } = input;
    let refuse = |reason: String| AgentError::new("path", format_args!("{path}: {reason}"));
    let kind = parse::kind_of(Path::new(&path)).map_err(refuse)?;
    let content = file::read(Path::new(&path)).map_err(refuse)?;
    let mut collector = Collector::default();
    kind.parse(&content, &mut collector).map_err(refuse)?;
    collector
        .finish(column.as_deref())
        .map_err(|reason| AgentError::new("column", format_args!("{path} {reason}")))
}

#[cfg(test)]
mod tests;
