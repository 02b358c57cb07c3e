use std::{collections::BTreeMap, fmt};

use orch_a2a::known::{Known, PartlyKnown};
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::{Map, Value};

use super::{InvalidPlan, MAX_DEPTH, StepId};

/// The one member of the object that stands for a result.
pub(crate) const RESULT: &str = "$result";

/// What a step is called with: JSON, in which `{"$result": "/read/rows/0/text"}` stands for a part of what another
/// step answers.
///
/// What holds no pointer is always a [`Literal`](Self::Literal), so that two ways of writing the same are equal.
/// An object whose one member is called `$result` cannot be written as a literal.
#[derive(Clone, Debug, PartialEq)]
pub enum Parameter {
    /// Taken as it is.
    Literal(Value),
    /// A part of a step's result.
    Result(ResultPointer),
    /// An array with a pointer somewhere within.
    List(Vec<Parameter>),
    /// An object with a pointer somewhere within.
    Object(BTreeMap<String, Parameter>),
}

/// Where in which step's result a value is found; written `/<step>` and a JSON Pointer (RFC 6901).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResultPointer {
    /// Whose result.
    pub step: StepId,
    /// A JSON Pointer into it: empty for the whole, else beginning with `/`.
    pub path: String,
}

impl ResultPointer {
    /// Reads `/<step><JSON Pointer>`; the error says what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let rest = text
            .strip_prefix('/')
            .ok_or_else(|| format!("{text:?} does not begin with / and a step id"))?;
        let (step, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
        if path.replace("~0", "").replace("~1", "").contains('~') {
            return Err(format!("{text:?} has a ~ that is neither ~0 nor ~1"));
        }
        Ok(Self {
            step: step.parse().map_err(|error| format!("{error}"))?,
            path: path.to_owned(),
        })
    }
}

impl fmt::Display for ResultPointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}{}", self.step, self.path)
    }
}

impl Parameter {
    /// A value as it is; the caller vouches that it holds no pointer.
    pub fn literal(value: impl Into<Value>) -> Self {
        Self::Literal(value.into())
    }

    /// A part of a step's result; an empty `path` means the whole.
    pub fn result(step: StepId, path: impl Into<String>) -> Self {
        let path = path.into();
        Self::Result(ResultPointer { step, path })
    }

    /// Reads the JSON form; `field` names it in the error.
    pub fn parse(value: Value, field: &str) -> Result<Self, InvalidPlan> {
        Self::parse_within(value, &mut field.to_owned(), MAX_DEPTH)
    }

    fn parse_within(value: Value, field: &mut String, depth: usize) -> Result<Self, InvalidPlan> {
        if depth == 0 {
            return Err(InvalidPlan::new(
                &**field,
                format!("nests deeper than {MAX_DEPTH}"),
            ));
        }
        let length = field.len();
        match value {
            Value::Object(members) if members.len() == 1 && members.contains_key(RESULT) => {
                let Some(Value::String(text)) = members.get(RESULT) else {
                    return Err(InvalidPlan::new(&**field, "$result is no text"));
                };
                let pointer =
                    ResultPointer::parse(text).map_err(|reason| InvalidPlan::new(&**field, reason))?;
                Ok(Self::Result(pointer))
            }
            Value::Object(members) => {
                let mut parsed = BTreeMap::new();
                for (name, member) in members {
                    field.push('.');
                    field.push_str(&name);
                    let member = Self::parse_within(member, field, depth - 1)?;
                    field.truncate(length);
                    parsed.insert(name, member);
                }
                Ok(Self::object(parsed))
            }
            Value::Array(items) => {
                let mut parsed = Vec::with_capacity(items.len());
                for (index, item) in items.into_iter().enumerate() {
                    field.push_str(&format!("[{index}]"));
                    parsed.push(Self::parse_within(item, field, depth - 1)?);
                    field.truncate(length);
                }
                Ok(Self::list(parsed))
            }
            literal => Ok(Self::Literal(literal)),
        }
    }

    /// An array; a literal where all its items are.
    pub fn list(items: Vec<Self>) -> Self {
        if items.iter().all(Self::is_literal) {
            Self::Literal(items.into_iter().filter_map(Self::into_literal).collect())
        } else {
            Self::List(items)
        }
    }

    /// An object; a literal where all its members are.
    pub fn object(members: BTreeMap<String, Self>) -> Self {
        if members.values().all(Self::is_literal) {
            let literal = |(name, member): (String, Self)| Some((name, member.into_literal()?));
            Self::Literal(Value::Object(members.into_iter().filter_map(literal).collect()))
        } else {
            Self::Object(members)
        }
    }

    /// Whether it needs no result.
    pub fn is_literal(&self) -> bool {
        matches!(self, Self::Literal(_))
    }

    fn into_literal(self) -> Option<Value> {
        match self {
            Self::Literal(value) => Some(value),
            _ => None,
        }
    }

    /// Calls `each` with every pointer within.
    pub fn for_each_pointer<'p>(&'p self, each: &mut dyn FnMut(&'p ResultPointer)) {
        match self {
            Self::Literal(_) => {}
            Self::Result(pointer) => each(pointer),
            Self::List(items) => items.iter().for_each(|item| item.for_each_pointer(each)),
            Self::Object(members) => members.values().for_each(|member| member.for_each_pointer(each)),
        }
    }

    /// Gives the step of every pointer within another name.
    pub(crate) fn rename<E>(&mut self, renamed: &dyn Fn(&StepId) -> Result<StepId, E>) -> Result<(), E> {
        match self {
            Self::Literal(_) => Ok(()),
            Self::Result(pointer) => {
                pointer.step = renamed(&pointer.step)?;
                Ok(())
            }
            Self::List(items) => items.iter_mut().try_for_each(|item| item.rename(renamed)),
            Self::Object(members) => members.values_mut().try_for_each(|member| member.rename(renamed)),
        }
    }

    /// The value, with what `find` yields in place of each pointer; the first pointer that yields nothing otherwise.
    pub fn resolve<'r>(
        &self,
        find: &dyn Fn(&ResultPointer) -> Option<&'r Value>,
    ) -> Result<Value, ResultPointer> {
        match self {
            Self::Literal(value) => Ok(value.clone()),
            Self::Result(pointer) => find(pointer).cloned().ok_or_else(|| pointer.clone()),
            Self::List(items) => items.iter().map(|item| item.resolve(find)).collect(),
            Self::Object(members) => {
                let resolved: Result<Map<_, _>, _> = members
                    .iter()
                    .map(|(name, member)| Ok((name.clone(), member.resolve(find)?)))
                    .collect();
                resolved.map(Value::Object)
            }
        }
    }
}

/// What other steps answer is not known before they do.
impl PartlyKnown for Parameter {
    fn known(&self) -> Known<'_, Self> {
        match self {
            Self::Literal(value) => Known::Value(value),
            Self::Result(_) => Known::Nothing,
            Self::List(items) => Known::Items(items),
            Self::Object(members) => Known::Members(members),
        }
    }
}

/// The JSON form.
impl Serialize for Parameter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Literal(value) => value.serialize(serializer),
            Self::Result(pointer) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry(RESULT, &format_args!("{pointer}"))?;
                map.end()
            }
            Self::List(items) => items.serialize(serializer),
            Self::Object(members) => members.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(value: Value) -> Result<Parameter, InvalidPlan> {
        Parameter::parse(value, "steps[0].arguments.x")
    }

    #[test]
    fn what_holds_no_pointer_is_literal() {
        let value = json!({"a": [1, {"b": null}], "$result": "/x", "c": "/y"});
        assert_eq!(parse(value.clone()), Ok(Parameter::Literal(value)));
    }

    #[test]
    fn a_pointer_is_found_anywhere_and_resolved() {
        let value = json!({"rows": [{"$result": "/read/rows/1"}, 7]});
        let parameter = parse(value.clone()).unwrap();
        assert_eq!(serde_json::to_value(&parameter).unwrap(), value);
        let result = json!({"rows": ["a", "b"]});
        let find = |pointer: &ResultPointer| result.pointer(&pointer.path);
        assert_eq!(parameter.resolve(&find), Ok(json!({"rows": ["b", 7]})));
        let nothing = |_: &ResultPointer| None;
        assert_eq!(
            parameter.resolve(&nothing).unwrap_err().to_string(),
            "/read/rows/1"
        );
    }

    #[test]
    fn a_bad_pointer_is_named() {
        for bad in [
            json!(1),
            json!("read"),
            json!("/"),
            json!("/Read"),
            json!("/read/a~2"),
        ] {
            let error = parse(json!([{"deep": {RESULT: bad}}])).unwrap_err();
            assert_eq!(error.field, "steps[0].arguments.x[0].deep", "{error}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |depth| (0..depth).fold(json!(1), |inner, _| json!([inner]));
        assert!(parse(nested(MAX_DEPTH - 1)).is_ok());
        assert!(parse(nested(MAX_DEPTH)).is_err());
    }
}
