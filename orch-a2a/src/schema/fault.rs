use jsonschema::{ValidationError, error::ValidationErrorKind};

/// A value misses a schema. It names the field and never its value, which may be a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {reason}")]
pub(crate) struct SchemaFault {
    /// The member at fault, as a JSON Pointer; empty for the whole.
    pub(crate) field: String,
    /// What is wrong with it, at most 300 characters.
    pub(crate) reason: String,
}

impl From<ValidationError<'_>> for SchemaFault {
    fn from(error: ValidationError<'_>) -> Self {
        let whole = error.instance_path().as_str();
        let (field, reason) = match error.kind() {
            // The member that is missing or too many is at fault, not the object around it.
            ValidationErrorKind::Required { property } => {
                (member(whole, property.as_str()), "is required".to_owned())
            }
            ValidationErrorKind::AdditionalProperties { unexpected }
            | ValidationErrorKind::UnevaluatedProperties { unexpected } => (
                member(whole, unexpected.first().map(String::as_str)),
                "is not a known name".to_owned(),
            ),
            _ => (whole.to_owned(), error.masked_with("it").to_string()),
        };
        let cut = crate::bounds::cut;
        Self {
            field: cut(field, 300),
            reason: cut(reason, 300),
        }
    }
}

fn member(object: &str, name: Option<&str>) -> String {
    let name = name.unwrap_or_default().replace('~', "~0").replace('/', "~1");
    format!("{object}/{name}")
}

/// Whether an error is one whatever the values at `holes`, which are sorted, will be.
pub(super) fn is_known(error: &ValidationError<'_>, holes: &[String]) -> bool {
    let place = error.instance_path().as_str();
    let mut ends = place.match_indices('/').map(|(end, _)| end).chain([place.len()]);
    let is_hole = |end| {
        holes
            .binary_search_by(|hole| hole.as_str().cmp(&place[..end]))
            .is_ok()
    };
    if ends.any(is_hole) {
        return false;
    }
    if is_about_the_outside(error.kind()) {
        return true;
    }
    let within = format!("{place}/");
    let after = holes.partition_point(|hole| *hole < within);
    !holes.get(after).is_some_and(|hole| hole.starts_with(&within))
}

/// Whether it concerns which members a value has, and not what they are.
fn is_about_the_outside(kind: &ValidationErrorKind) -> bool {
    matches!(
        kind,
        ValidationErrorKind::Required { .. }
            | ValidationErrorKind::AdditionalProperties { .. }
            | ValidationErrorKind::Type { .. }
            | ValidationErrorKind::MinItems { .. }
            | ValidationErrorKind::MaxItems { .. }
            | ValidationErrorKind::MinProperties { .. }
            | ValidationErrorKind::MaxProperties { .. }
            | ValidationErrorKind::FalseSchema
    )
}
