//! Gathers rows within bounds, whatever the size of the file.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{Output, cell};

/// The most rows that are returned.
const MAX_ROWS: usize = 1_000;

/// The most bytes of names and cells in the rows that are returned.
const MAX_ROW_BYTES: usize = 1_000_000;

/// The most text that is returned, in bytes; every agent of text reads it whole.
const MAX_TEXT_BYTES: usize = 200_000;

/// The most columns of a table.
const MAX_COLUMNS: usize = 1_000;

/// The longest name of a column, in bytes.
const MAX_NAME_BYTES: usize = 1_000;

/// How many columns a message names.
const N_NAMED_COLUMNS: usize = 20;

/// The first rows of a table, and the text of each of its columns.
#[derive(Debug, Default)]
pub(super) struct Collector {
    columns: Vec<Column>,
    numbers: HashMap<String, usize>,
    row_count: u64,
    rows: Vec<Map<String, Value>>,
    row_bytes: usize,
    are_rows_truncated: bool,
}

#[derive(Debug)]
struct Column {
    name: String,
    text: String,
    /// Characters of text, beyond those kept as well; only cells that are text count.
    length: usize,
    is_truncated: bool,
}

impl Collector {
    /// The number of a column, made if there is none of that name yet.
    pub(super) fn column(&mut self, name: &str) -> Result<usize, String> {
        if let Some(number) = self.numbers.get(name) {
            return Ok(*number);
        }
        let number = self.columns.len();
        if number == MAX_COLUMNS {
            return Err(format!("has more than {MAX_COLUMNS} columns"));
        }
        if name.len() > MAX_NAME_BYTES {
            return Err(format!(
                "names column {} with more than {MAX_NAME_BYTES} bytes",
                number + 1
            ));
        }
        let name = name.to_owned();
        self.numbers.insert(name.clone(), number);
        self.columns.push(Column {
            name,
            text: String::new(),
            length: 0,
            is_truncated: false,
        });
        Ok(number)
    }

    /// Whether there is a column of that name.
    pub(super) fn has_column(&self, name: &str) -> bool {
        self.numbers.contains_key(name)
    }

    /// Adds a row of values by number of column.
    pub(super) fn push(&mut self, row: Vec<(usize, Value)>) {
        self.row_count += 1;
        let mut bytes = 0;
        for (number, value) in &row {
            let column = &mut self.columns[*number];
            bytes += column.name.len();
            if let Some(text) = cell::text(value) {
                bytes += text.len();
                column.push(&text, value.is_string());
            }
        }
        self.row_bytes = self.row_bytes.saturating_add(bytes);
        // Once a row is left out, so are all later ones: the rows returned are the first ones, without gaps.
        self.are_rows_truncated |= self.rows.len() == MAX_ROWS || self.row_bytes > MAX_ROW_BYTES;
        if !self.are_rows_truncated {
            let columns = &self.columns;
            self.rows.push(
                row.into_iter()
                    .map(|(number, value)| (columns[number].name.clone(), value))
                    .collect(),
            );
        }
    }

    /// Sorts the columns by name, for formats without an order of their own.
    pub(super) fn sort_columns(&mut self) {
        self.columns.sort_by(|one, other| one.name.cmp(&other.name));
        self.numbers = self
            .columns
            .iter()
            .enumerate()
            .map(|(at, column)| (column.name.clone(), at))
            .collect();
    }

    /// The table, with the text of the named column, or else of the one with the most text; a failure is told as
    /// its reason.
    pub(super) fn finish(self, wanted: Option<&str>) -> Result<Output, String> {
        let chosen = match wanted {
            Some(name) => Some(*self.numbers.get(name).ok_or_else(|| self.no_column(name))?),
            None => self.longest(),
        };
        let columns: Vec<String> = self.columns.iter().map(|column| column.name.clone()).collect();
        let column = chosen.and_then(|number| self.columns.into_iter().nth(number));
        Ok(Output {
            columns,
            row_count: self.row_count,
            rows: self.rows,
            is_truncated: self.are_rows_truncated
                || column.as_ref().is_some_and(|column| column.is_truncated),
            text_column: column.as_ref().map(|column| column.name.clone()),
            text: column.map(|column| column.text).unwrap_or_default(),
        })
    }

    /// The column with the most text; of several the first.
    fn longest(&self) -> Option<usize> {
        let longest = self
            .columns
            .iter()
            .map(|column| column.length)
            .max()
            .filter(|length| *length > 0)?;
        self.columns.iter().position(|column| column.length == longest)
    }

    fn no_column(&self, name: &str) -> String {
        let names = self.columns.iter().map(|column| column.name.as_str());
        let mut known = names.take(N_NAMED_COLUMNS).collect::<Vec<_>>().join(", ");
        match self.columns.len().saturating_sub(N_NAMED_COLUMNS) {
            0 => {}
            more => known.push_str(&format!(" and {more} more")),
        }
        format!("has no column {name:?}; it has: {known}")
    }
}

impl Column {
    fn push(&mut self, text: &str, is_text: bool) {
        if is_text {
            self.length += text.chars().count();
        }
        if self.is_truncated {
            return;
        }
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(text);
        if self.text.len() > MAX_TEXT_BYTES {
            self.text.truncate(self.text.floor_char_boundary(MAX_TEXT_BYTES));
            self.is_truncated = true;
        }
    }
}
