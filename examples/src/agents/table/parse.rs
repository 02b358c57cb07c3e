//! The kinds of files that hold a table, and how each is read.

use std::{collections::BTreeMap, path::Path};

use serde_json::{Map, Value, value::RawValue};

use super::{cell, collector::Collector};

/// How a file holds a table.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Separated { delimiter: u8 },
    Json,
    Text,
}

/// What an extension says of a file's kind.
pub(super) fn kind_of(path: &Path) -> Result<Kind, String> {
    let extension = path
        .extension()
        .and_then(|extension| extension.to_str())
        .unwrap_or_default();
    match extension.to_ascii_lowercase().as_str() {
        "csv" => Ok(Kind::Separated { delimiter: b',' }),
        "tsv" => Ok(Kind::Separated { delimiter: b'\t' }),
        "json" => Ok(Kind::Json),
        "txt" | "md" => Ok(Kind::Text),
        _ => Err("is none of .csv, .tsv, .json, .txt and .md".to_owned()),
    }
}

impl Kind {
    /// Reads all rows; a failure is told as its reason.
    pub(super) fn parse(self, content: &str, into: &mut Collector) -> Result<(), String> {
        match self {
            Self::Separated { delimiter } => separated(content, delimiter, into),
            Self::Json => json(content, into),
            Self::Text => text(content, into),
        }
    }
}

fn separated(content: &str, delimiter: u8, into: &mut Collector) -> Result<(), String> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .from_reader(content.as_bytes());
    let header = reader.headers().map_err(|error| describe(&error))?;
    if header.is_empty() {
        return Err("has no header row".to_owned());
    }
    for (at, name) in header.iter().enumerate() {
        // Spreadsheets leave the name of a leading column of row numbers empty.
        let name = if name.is_empty() {
            format!("column_{}", at + 1)
        } else {
            name.to_owned()
        };
        if into.has_column(&name) {
            return Err(format!("has two columns named {name:?}"));
        }
        into.column(&name)?;
    }
    let mut record = csv::StringRecord::new();
    while reader
        .read_record(&mut record)
        .map_err(|error| describe(&error))?
    {
        into.push(record.iter().map(cell::value).enumerate().collect());
    }
    Ok(())
}

fn describe(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths {
            pos: Some(position),
            expected_len,
            len,
        } => {
            format!(
                "line {}: has {len} fields where the header has {expected_len}",
                position.line()
            )
        }
        _ => error.to_string(),
    }
}

fn json(content: &str, into: &mut Collector) -> Result<(), String> {
    // Rows are read one by one: as values all at once they would take many times the memory of the file.
    for (at, row) in json_rows(content)?.into_iter().enumerate() {
        if !row.get().starts_with('{') {
            return Err(format!("element {}: is not an object", at + 1));
        }
        let members: Map<String, Value> =
            serde_json::from_str(row.get()).map_err(|error| format!("element {}: {error}", at + 1))?;
        let row: Result<Vec<(usize, Value)>, String> = members
            .into_iter()
            .map(|(name, value)| Ok((into.column(&name)?, value)))
            .collect();
        into.push(row?);
    }
    into.sort_columns();
    Ok(())
}

fn json_rows(content: &str) -> Result<Vec<&RawValue>, String> {
    let content: &RawValue =
        serde_json::from_str(content).map_err(|error| format!("is not JSON: {error}"))?;
    if let Ok(rows) = serde_json::from_str(content.get()) {
        return Ok(rows);
    }
    let members: BTreeMap<String, &RawValue> =
        serde_json::from_str(content.get()).map_err(|_| not_a_table())?;
    let arrays: Vec<(String, Vec<&RawValue>)> = members
        .into_iter()
        .filter_map(|(name, value)| Some((name, serde_json::from_str::<Vec<&RawValue>>(value.get()).ok()?)))
        .filter(|(_, rows)| rows.first().is_none_or(|row| row.get().starts_with('{')))
        .collect();
    let names = arrays
        .iter()
        .map(|(name, _)| name.as_str())
        .collect::<Vec<_>>()
        .join(", ");
    match <[_; 1]>::try_from(arrays) {
        Ok([(_, rows)]) => Ok(rows),
        Err(arrays) if arrays.is_empty() => Err(not_a_table()),
        Err(_) => Err(format!("holds several arrays of objects: {names}")),
    }
}

fn not_a_table() -> String {
    "is neither an array of objects nor an object holding one".to_owned()
}

fn text(content: &str, into: &mut Collector) -> Result<(), String> {
    let column = into.column("text")?;
    for line in content.lines().filter(|line| !line.trim().is_empty()) {
        into.push(vec![(column, Value::from(line))]);
    }
    Ok(())
}
