use std::borrow::Cow;

use base64::{Engine, prelude::BASE64_STANDARD};
use orch_a2a::{Call, TransportError};
use serde_json::{Value, json};

use crate::http::Part;

/// The arguments as they are sent, and those that are sent beside them: texts whose schema says that they are base64
/// (`contentEncoding`, JSON Schema 2020-12), decoded. Each leaves `{"$attachment": NAME}` in its place.
pub(super) fn detach(call: &Call) -> Result<(Cow<'_, Value>, Vec<Part>), TransportError> {
    let mut arguments = Cow::Borrowed(&call.arguments);
    let mut parts = Vec::new();
    let task = call.version.task(&call.task);
    let properties = task.and_then(|task| task.parameters.get("properties")?.as_object());
    for (name, schema) in properties.into_iter().flatten() {
        let encoding = schema.get("contentEncoding").and_then(Value::as_str);
        if !encoding.is_some_and(|encoding| encoding.eq_ignore_ascii_case("base64")) {
            continue;
        }
        let Some(text) = call.arguments.get(name).and_then(Value::as_str) else {
            continue;
        };
        let content = BASE64_STANDARD
            .decode(text)
            .map_err(|error| TransportError::Refused {
                field: format!("/{}", name.replace('~', "~0").replace('/', "~1")),
                reason: format!("is no base64: {error}"),
            })?;
        let media_type = schema.get("contentMediaType").and_then(Value::as_str);
        parts.push(Part {
            name: name.clone(),
            file_name: Some(name.clone()),
            content_type: media_type.unwrap_or("application/octet-stream").to_owned(),
            content: content.into(),
        });
        if let Some(argument) = arguments.to_mut().get_mut(name) {
            *argument = json!({ "$attachment": name });
        }
    }
    Ok((arguments, parts))
}
