//! Values in PostgreSQL's types.

use orch_core::StoreError;
use tokio_postgres::types::{ToSql, Type};

use super::failure::store_error;
use crate::sql::{Columns, Field, Row, Value};

/// A parameter as the driver takes it.
pub(super) type Parameter<'a> = Box<dyn ToSql + Send + Sync + 'a>;

/// The parameter for a value, given the type that the server expects in its place.
pub(super) fn parameter<'a>(value: &'a Value<'_>, expected: &Type) -> Result<Parameter<'a>, StoreError> {
    value.check()?;
    Ok(match (value, expected) {
        // Of whatever type, NULL is written without a value.
        (Value::Null, &Type::INT8) => Box::new(None::<i64>),
        (Value::Null, &Type::INT4) => Box::new(None::<i32>),
        (Value::Null, &Type::FLOAT8) => Box::new(None::<f64>),
        (Value::Null, &Type::TEXT | &Type::VARCHAR) => Box::new(None::<&str>),
        (Value::Null, &Type::BYTEA) => Box::new(None::<&[u8]>),
        (Value::Integer(integer), &Type::INT8) => Box::new(*integer),
        (Value::Integer(integer), &Type::INT4) => Box::new(narrow(*integer)?),
        (Value::Real(real), &Type::FLOAT8) => Box::new(*real),
        (Value::Text(text), &Type::TEXT | &Type::VARCHAR | &Type::NAME) => Box::new(&**text),
        (Value::Bytes(bytes), &Type::BYTEA) => Box::new(&**bytes),
        (value, expected) => {
            let given = match value {
                Value::Null => "nothing",
                Value::Integer(_) => "an integer",
                Value::Real(_) => "a float",
                Value::Text(_) => "a text",
                Value::Bytes(_) => "bytes",
            };
            return Err(StoreError::Broken(
                format!("{given} for a parameter of type {expected}: cast it").into(),
            ));
        }
    })
}

/// A literal next to a parameter makes it an INTEGER: `?1 = 0`.
fn narrow(integer: i64) -> Result<i32, StoreError> {
    i32::try_from(integer).map_err(|error| StoreError::Broken(Box::new(error)))
}

/// The rows of an answer.
pub(super) fn rows(columns: &Columns, found: &[tokio_postgres::Row]) -> Result<Vec<Row>, StoreError> {
    found
        .iter()
        .map(|row| {
            let fields = (0..columns.len()).map(|column| field(row, column));
            Ok(Row::new(columns.clone(), fields.collect::<Result<_, _>>()?))
        })
        .collect()
}

fn field(row: &tokio_postgres::Row, column: usize) -> Result<Field, StoreError> {
    let field = match *row.columns()[column].type_() {
        Type::INT8 => row
            .try_get::<_, Option<i64>>(column)
            .map(|value| value.map(Field::Integer)),
        Type::INT4 => row
            .try_get::<_, Option<i32>>(column)
            .map(|value| value.map(|n| Field::Integer(n.into()))),
        Type::BOOL => row
            .try_get::<_, Option<bool>>(column)
            .map(|value| value.map(|b| Field::Integer(b.into()))),
        Type::FLOAT8 => row
            .try_get::<_, Option<f64>>(column)
            .map(|value| value.map(Field::Real)),
        Type::TEXT | Type::VARCHAR | Type::NAME => row
            .try_get::<_, Option<String>>(column)
            .map(|value| value.map(Field::Text)),
        Type::BYTEA => row
            .try_get::<_, Option<Vec<u8>>>(column)
            .map(|value| value.map(Field::Bytes)),
        Type::VOID => Ok(None),
        ref other => {
            let column = row.columns()[column].name();
            return Err(StoreError::Broken(
                format!("column {column} is of type {other}: cast it").into(),
            ));
        }
    };
    field
        .map(|field| field.unwrap_or(Field::Null))
        .map_err(store_error)
}
