//! One OpenAPI document of every surface that has the same address.

use axum::{Router, http::header::CONTENT_TYPE, response::IntoResponse, routing::get};
use serde_json::{Map, Value};

/// Where a document says what `/health` is.
const HEALTH: &str = "/paths/~1health";

/// `/openapi.json`. What is said of `/health` is what the surface says that answers it. Who asks by another method than `GET`
/// is answered as one who asks `first` for what is not there.
pub(crate) fn route(documents: &[&'static str], of_health: Option<&str>, first: Router) -> Router {
    let document = merged(documents, of_health);
    let answer = move || {
        let document = document.clone();
        async move { ([(CONTENT_TYPE, "application/json")], document).into_response() }
    };
    Router::new().route("/openapi.json", get(answer).fallback_service(first))
}

/// The only document as it is; of several the first, with the paths and the schemas of the others.
fn merged(documents: &[&str], of_health: Option<&str>) -> String {
    let (Some(first), others) = (documents.first(), documents.get(1..).unwrap_or_default()) else {
        return "{}".to_owned();
    };
    let mut merged: Map<String, Value> = match serde_json::from_str(first) {
        Ok(merged) if !others.is_empty() => merged,
        _ => return (*first).to_owned(),
    };
    for other in others {
        let other: Map<String, Value> = serde_json::from_str(other).unwrap_or_default();
        for member in ["paths", "components", "tags"] {
            if let Some(more) = other.get(member) {
                join(
                    merged.entry(member).or_insert_with(|| Value::Object(Map::new())),
                    more,
                );
            }
        }
    }
    let owner: Value = of_health
        .and_then(|document| serde_json::from_str(document).ok())
        .unwrap_or_default();
    if let (Some(health), Some(Value::Object(paths))) = (owner.pointer(HEALTH), merged.get_mut("paths")) {
        paths.insert("/health".to_owned(), health.clone());
    }
    Value::Object(merged).to_string()
}

/// Adds what is not there yet, at every level.
fn join(known: &mut Value, more: &Value) {
    match (known, more) {
        (Value::Object(known), Value::Object(more)) => {
            for (name, value) in more {
                match known.get_mut(name) {
                    Some(known) => join(known, value),
                    None => drop(known.insert(name.clone(), value.clone())),
                }
            }
        }
        (Value::Array(known), Value::Array(more)) => {
            for value in more {
                if !known.contains(value) {
                    known.push(value.clone());
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn documents_are_joined_and_the_first_wins() {
        let one = json!({ "info": { "title": "one" }, "paths": { "/a": { "get": 1 }, "/b": { "get": 2 } } })
            .to_string();
        let other =
            json!({ "info": { "title": "other" }, "paths": { "/a": { "post": 3, "get": 9 }, "/c": {} } })
                .to_string();
        let joined: Value = serde_json::from_str(&merged(&[&one, &other], None)).unwrap();
        let paths = json!({ "/a": { "get": 1, "post": 3 }, "/b": { "get": 2 }, "/c": {} });
        assert_eq!(joined, json!({ "info": { "title": "one" }, "paths": paths }));
        assert_eq!(merged(&[&one], None), one);
    }

    #[test]
    fn health_is_what_its_owner_says() {
        let [one, other] =
            [1, 2].map(|number| json!({ "paths": { "/health": { "get": number } } }).to_string());
        for owner in [&one, &other] {
            let joined: Value = serde_json::from_str(&merged(&[&one, &other], Some(owner))).unwrap();
            assert_eq!(joined, serde_json::from_str::<Value>(owner).unwrap());
        }
    }
}
