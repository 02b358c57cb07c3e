//! A row that a query found.

use std::{fmt, str::FromStr, sync::Arc};

use orch_core::{StoreError, Timestamp};
use serde::de::DeserializeOwned;

/// The names of a query's columns, shared by its rows.
pub type Columns = Arc<[Box<str>]>;

/// A stored value.
#[derive(Clone, Debug, PartialEq)]
pub enum Field {
    /// No value.
    Null,
    /// A BIGINT.
    Integer(i64),
    /// A DOUBLE PRECISION.
    Real(f64),
    /// A TEXT.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// A row that a query found: the fields by the names of their columns.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    columns: Columns,
    fields: Vec<Field>,
}

impl Row {
    /// A row, of an engine's making: one field for each column.
    pub fn new(columns: Columns, fields: Vec<Field>) -> Self {
        Self { columns, fields }
    }

    /// Reads the row as one of `table`, which is what a failure to read it names, with the first column as its key.
    pub fn of(&self, table: &'static str) -> Fields<'_> {
        Fields { row: self, table }
    }
}

/// A row of a known table, field by field. A missing column and a field of another type are corrupt.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a> {
    row: &'a Row,
    table: &'static str,
}

impl<'a> Fields<'a> {
    /// A TEXT.
    pub fn text(&self, column: &str) -> Result<&'a str, StoreError> {
        self.optional_text(column)?.ok_or_else(|| self.null(column))
    }

    /// A TEXT that may be absent.
    pub fn optional_text(&self, column: &str) -> Result<Option<&'a str>, StoreError> {
        match self.field(column)? {
            Field::Null => Ok(None),
            Field::Text(text) => Ok(Some(text)),
            _ => Err(self.mistyped(column, "a text")),
        }
    }

    /// A BIGINT.
    pub fn integer(&self, column: &str) -> Result<i64, StoreError> {
        self.optional_integer(column)?.ok_or_else(|| self.null(column))
    }

    /// A BIGINT that may be absent.
    pub fn optional_integer(&self, column: &str) -> Result<Option<i64>, StoreError> {
        match self.field(column)? {
            Field::Null => Ok(None),
            Field::Integer(integer) => Ok(Some(*integer)),
            _ => Err(self.mistyped(column, "an integer")),
        }
    }

    /// A BIGINT in the range of a smaller or unsigned type, such as a count.
    pub fn number<T: TryFrom<i64>>(&self, column: &str) -> Result<T, StoreError> {
        let integer = self.integer(column)?;
        T::try_from(integer).map_err(|_| self.corrupt(format!("{column} is out of range: {integer}")))
    }

    /// A BIGINT in the range of a smaller or unsigned type, or NULL.
    pub fn optional_number<T: TryFrom<i64>>(&self, column: &str) -> Result<Option<T>, StoreError> {
        let present = self.optional_integer(column)?.is_some();
        present.then(|| self.number(column)).transpose()
    }

    /// A BIGINT that is 0 or 1.
    pub fn boolean(&self, column: &str) -> Result<bool, StoreError> {
        match self.integer(column)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(self.mistyped(column, "0 or 1")),
        }
    }

    /// A BIGINT of milliseconds since the epoch.
    pub fn timestamp(&self, column: &str) -> Result<Timestamp, StoreError> {
        self.integer(column).map(Timestamp::from_millis)
    }

    /// A BIGINT of milliseconds since the epoch that may be absent.
    pub fn optional_timestamp(&self, column: &str) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.optional_integer(column)?.map(Timestamp::from_millis))
    }

    /// A DOUBLE PRECISION.
    pub fn real(&self, column: &str) -> Result<f64, StoreError> {
        self.optional_real(column)?.ok_or_else(|| self.null(column))
    }

    /// A DOUBLE PRECISION that may be absent.
    pub fn optional_real(&self, column: &str) -> Result<Option<f64>, StoreError> {
        match self.field(column)? {
            Field::Null => Ok(None),
            Field::Real(real) => Ok(Some(*real)),
            _ => Err(self.mistyped(column, "a float")),
        }
    }

    /// Bytes.
    pub fn bytes(&self, column: &str) -> Result<&'a [u8], StoreError> {
        self.optional_bytes(column)?.ok_or_else(|| self.null(column))
    }

    /// Bytes that may be absent.
    pub fn optional_bytes(&self, column: &str) -> Result<Option<&'a [u8]>, StoreError> {
        match self.field(column)? {
            Field::Null => Ok(None),
            Field::Bytes(bytes) => Ok(Some(bytes)),
            _ => Err(self.mistyped(column, "bytes")),
        }
    }

    /// A TEXT in the form that `T` reads: an id, a currency, the name of a state.
    pub fn parse<T: FromStr<Err: fmt::Display>>(&self, column: &str) -> Result<T, StoreError> {
        self.parse_text(column, self.text(column)?)
    }

    /// A TEXT in the form that `T` reads, that may be absent.
    pub fn optional_parse<T: FromStr<Err: fmt::Display>>(
        &self,
        column: &str,
    ) -> Result<Option<T>, StoreError> {
        let text = self.optional_text(column)?;
        text.map(|text| self.parse_text(column, text)).transpose()
    }

    /// A TEXT that is a JSON document.
    pub fn json<T: DeserializeOwned>(&self, column: &str) -> Result<T, StoreError> {
        self.json_text(column, self.text(column)?)
    }

    /// A TEXT that is a JSON document, that may be absent.
    pub fn optional_json<T: DeserializeOwned>(&self, column: &str) -> Result<Option<T>, StoreError> {
        let text = self.optional_text(column)?;
        text.map(|text| self.json_text(column, text)).transpose()
    }

    /// The failure that this row breaks what the domain knows of it.
    pub fn corrupt(&self, reason: impl fmt::Display) -> StoreError {
        let key = match self.row.fields.first() {
            Some(Field::Integer(key)) => key.to_string(),
            Some(Field::Text(key)) => key.clone(),
            _ => "without a key".to_owned(),
        };
        StoreError::corrupt(self.table, key, reason)
    }

    fn field(&self, column: &str) -> Result<&'a Field, StoreError> {
        let position = self.row.columns.iter().position(|name| **name == *column);
        position
            .and_then(|position| self.row.fields.get(position))
            .ok_or_else(|| self.corrupt(format!("there is no column {column}")))
    }

    fn parse_text<T: FromStr<Err: fmt::Display>>(&self, column: &str, text: &str) -> Result<T, StoreError> {
        text.parse()
            .map_err(|error: T::Err| self.corrupt(format!("{column}: {error}")))
    }

    fn json_text<T: DeserializeOwned>(&self, column: &str, text: &str) -> Result<T, StoreError> {
        serde_json::from_str(text).map_err(|error| self.corrupt(format!("{column}: {error}")))
    }

    fn null(&self, column: &str) -> StoreError {
        self.corrupt(format!("{column} is absent"))
    }

    fn mistyped(&self, column: &str, wanted: &str) -> StoreError {
        self.corrupt(format!("{column} is not {wanted}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Row {
        let columns = ["id", "n", "note", "document"].map(Box::from).into();
        Row::new(
            columns,
            vec![
                Field::Text("agt_1".into()),
                Field::Integer(-1),
                Field::Null,
                Field::Text("[1,2]".into()),
            ],
        )
    }

    #[test]
    fn fields_are_read_by_name() {
        let row = row();
        let fields = row.of("orch_agents");
        assert_eq!(fields.text("id").unwrap(), "agt_1");
        assert_eq!(fields.integer("n").unwrap(), -1);
        assert_eq!(fields.optional_text("note").unwrap(), None);
        assert_eq!(fields.json::<Vec<u8>>("document").unwrap(), [1, 2]);
    }

    #[test]
    fn a_failure_names_table_row_and_column() {
        let row = row();
        let fields = row.of("orch_agents");
        let failures = [
            (fields.integer("id").unwrap_err(), "id is not an integer"),
            (fields.text("note").unwrap_err(), "note is absent"),
            (fields.number::<u64>("n").unwrap_err(), "n is out of range: -1"),
            (fields.boolean("n").unwrap_err(), "n is not 0 or 1"),
            (fields.text("absent").unwrap_err(), "there is no column absent"),
        ];
        for (failure, reason) in failures {
            assert_eq!(
                failure.to_string(),
                format!("row agt_1 of orch_agents is corrupt: {reason}")
            );
        }
    }
}
