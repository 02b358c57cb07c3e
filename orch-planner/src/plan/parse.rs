//! Reads the JSON of a plan by hand, so that an error names the member at fault.

use serde_json::{Map, Value};

use super::{InvalidPlan, MAX_PLAN_BYTES, MAX_STEPS, OnFailure, Parameter, Plan, Step, StepId};

impl Plan {
    /// Reads the JSON of a plan, at most [`MAX_PLAN_BYTES`] of it. Members that are not known are refused.
    pub fn parse(json: &str) -> Result<Self, InvalidPlan> {
        if json.len() > MAX_PLAN_BYTES {
            return Err(InvalidPlan::new(
                "plan",
                format!("has more than {MAX_PLAN_BYTES} bytes"),
            ));
        }
        let value = serde_json::from_str(json)
            .map_err(|error| InvalidPlan::new("plan", format!("is no JSON: {error}")))?;
        Self::from_value(value)
    }

    /// Reads a plan from parsed JSON.
    pub fn from_value(value: Value) -> Result<Self, InvalidPlan> {
        let mut plan = Members::of(value, "plan", "")?;
        let steps = plan.array("steps")?;
        if steps.is_empty() || steps.len() > MAX_STEPS {
            return Err(InvalidPlan::new(
                "steps",
                format!("has {} steps, not 1 to {MAX_STEPS}", steps.len()),
            ));
        }
        let output = plan
            .take("output")
            .map(|output| Parameter::parse(output, "output"))
            .transpose()?;
        plan.end()?;
        let steps = steps.into_iter().enumerate();
        let steps = steps.map(|(index, step)| parse_step(step, &format!("steps[{index}]")));
        Ok(Self {
            steps: steps.collect::<Result<_, _>>()?,
            output,
        })
    }
}

fn parse_step(value: Value, field: &str) -> Result<Step, InvalidPlan> {
    let mut members = Members::of(value, field, field)?;
    let id = parse_step_id(&members.text("id")?, || members.field("id"))?;
    let (agent, task) = (members.text("agent")?, members.text("task")?);
    let arguments = members.object("arguments")?.into_iter().map(|(name, argument)| {
        let argument = Parameter::parse(argument, &format!("{field}.arguments.{name}"))?;
        Ok((name, argument))
    });
    let arguments = arguments.collect::<Result<_, _>>()?;
    let after = members
        .take("after")
        .map_or(Ok(Vec::new()), |after| match after {
            Value::Array(after) => Ok(after),
            _ => Err(InvalidPlan::new(members.field("after"), "is no array")),
        })?;
    let after = after.into_iter().enumerate().map(|(index, id)| {
        let field = || format!("{field}.after[{index}]");
        let text = id
            .as_str()
            .ok_or_else(|| InvalidPlan::new(field(), "is no text"))?;
        parse_step_id(text, field)
    });
    let after = after.collect::<Result<_, _>>()?;
    let on_failure = match members.take("on_failure").as_ref().map(Value::as_str) {
        None | Some(Some("fail")) => OnFailure::Fail,
        Some(Some("skip")) => OnFailure::Skip,
        Some(_) => {
            return Err(InvalidPlan::new(
                members.field("on_failure"),
                "is neither \"fail\" nor \"skip\"",
            ));
        }
    };
    members.end()?;
    Ok(Step {
        id,
        agent,
        task,
        arguments,
        after,
        on_failure,
    })
}

fn parse_step_id(text: &str, field: impl Fn() -> String) -> Result<StepId, InvalidPlan> {
    text.parse()
        .map_err(|error| InvalidPlan::new(field(), format!("is wrong: {error}")))
}

/// The members of an object that were not taken yet.
struct Members<'f> {
    left: Map<String, Value>,
    /// What stands before their names in an error.
    parent: &'f str,
}

impl<'f> Members<'f> {
    fn of(value: Value, field: &str, parent: &'f str) -> Result<Self, InvalidPlan> {
        match value {
            Value::Object(left) => Ok(Self { left, parent }),
            _ => Err(InvalidPlan::new(field, "is no object")),
        }
    }

    fn field(&self, name: &str) -> String {
        if self.parent.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.parent)
        }
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        self.left.remove(name)
    }

    fn required(&mut self, name: &str) -> Result<Value, InvalidPlan> {
        self.take(name)
            .ok_or_else(|| InvalidPlan::new(self.field(name), "is missing"))
    }

    fn text(&mut self, name: &str) -> Result<String, InvalidPlan> {
        match self.required(name)? {
            Value::String(text) => Ok(text),
            _ => Err(InvalidPlan::new(self.field(name), "is no text")),
        }
    }

    fn array(&mut self, name: &str) -> Result<Vec<Value>, InvalidPlan> {
        match self.required(name)? {
            Value::Array(items) => Ok(items),
            _ => Err(InvalidPlan::new(self.field(name), "is no array")),
        }
    }

    fn object(&mut self, name: &str) -> Result<Map<String, Value>, InvalidPlan> {
        match self.take(name) {
            None => Ok(Map::new()),
            Some(Value::Object(members)) => Ok(members),
            Some(_) => Err(InvalidPlan::new(self.field(name), "is no object")),
        }
    }

    fn end(self) -> Result<(), InvalidPlan> {
        match self.left.keys().next() {
            None => Ok(()),
            Some(name) => Err(InvalidPlan::new(self.field(name), "is not known")),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn step(change: impl Fn(&mut Map<String, Value>)) -> Value {
        let mut step = json!({"id": "a", "agent": "table", "task": "read"});
        if let Some(members) = step.as_object_mut() {
            change(members);
        }
        json!({"steps": [step]})
    }

    #[test]
    fn an_error_names_the_member() {
        let with = |name: &'static str, value: Value| {
            step(move |step| {
                step.insert(name.into(), value.clone());
            })
        };
        for (plan, field) in [
            (json!(1), "plan"),
            (json!({"steps": []}), "steps"),
            (json!({"steps": [1]}), "steps[0]"),
            (json!({"steps": 1}), "steps"),
            (json!({}), "steps"),
            (with("id", json!("A")), "steps[0].id"),
            (with("id", json!("")), "steps[0].id"),
            (with("agent", json!(1)), "steps[0].agent"),
            (with("arguments", json!([])), "steps[0].arguments"),
            (
                with("arguments", json!({"x": {"$result": 1}})),
                "steps[0].arguments.x",
            ),
            (with("after", json!("a")), "steps[0].after"),
            (with("after", json!(["b", 1])), "steps[0].after[1]"),
            (with("on_failure", json!("retry")), "steps[0].on_failure"),
            (with("price", json!(1)), "steps[0].price"),
            (step(|step| drop(step.remove("task"))), "steps[0].task"),
            (
                json!({"steps": [{"id": "a", "agent": "b", "task": "c"}], "name": 1}),
                "name",
            ),
            (
                json!({"steps": [{"id": "a", "agent": "b", "task": "c"}], "output": {"$result": ""}}),
                "output",
            ),
        ] {
            assert_eq!(Plan::from_value(plan).unwrap_err().field, field);
        }
    }

    #[test]
    fn sizes_are_bounded() {
        assert_eq!(
            Plan::parse(&" ".repeat(MAX_PLAN_BYTES + 1)).unwrap_err().field,
            "plan"
        );
        let step = json!({"id": "a", "agent": "b", "task": "c"});
        let plan = json!({"steps": vec![step; MAX_STEPS + 1]});
        assert_eq!(Plan::from_value(plan).unwrap_err().field, "steps");
    }

    fn parameter() -> impl Strategy<Value = Parameter> {
        let leaf = prop_oneof![
            any::<i64>().prop_map(Parameter::literal),
            "[a-z$~/]{0,4}".prop_map(Parameter::literal),
            ("[a-z0-9_-]{1,8}", "(/[a-z0-9]{0,3}){0,3}")
                .prop_map(|(step, path)| Parameter::result(step.parse().unwrap(), path)),
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Parameter::list),
                proptest::collection::btree_map("[a-z]{1,3}", inner, 0..4).prop_map(Parameter::object),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(
            arguments in proptest::collection::btree_map("[a-z]{1,3}", parameter(), 0..4),
            output in proptest::option::of(parameter()),
            skip: bool,
        ) {
            let mut step = Step::new("a".parse().unwrap(), "table@v2", "read");
            step.arguments = arguments;
            step.after = vec!["b".parse().unwrap()];
            step.on_failure = if skip { OnFailure::Skip } else { OnFailure::Fail };
            let plan = Plan { steps: vec![step], output };
            prop_assert_eq!(Plan::parse(&serde_json::to_string(&plan).unwrap()), Ok(plan));
        }

        #[test]
        fn no_text_makes_it_panic(json in "\\PC{0,200}") {
            let _ = Plan::parse(&json);
        }
    }
}
