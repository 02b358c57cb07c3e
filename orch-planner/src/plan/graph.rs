//! Who comes before whom: edges by index, checked for cycles in time linear in the plan.

use ahash::AHashMap;

use super::{InvalidPlan, Parameter, Plan, ResultPointer, StepId};

/// The index of each step by its name.
pub(crate) type Indexes = AHashMap<StepId, usize>;

/// The order of a plan's steps, which are known here by their index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Graph {
    /// For each step, those that come before it; sorted, without duplicates.
    pub(crate) before: Vec<Vec<usize>>,
    /// For each step, those that it comes before; sorted.
    pub(crate) after: Edges,
}

/// For each step some others, in two allocations however many steps there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Edges {
    /// Where those of each step end among all.
    ends: Vec<usize>,
    all: Vec<usize>,
}

impl Edges {
    /// Those that each step comes before, from those that come before each.
    fn reversed(before: &[Vec<usize>]) -> Self {
        let mut ends = vec![0; before.len()];
        for &dependency in before.iter().flatten() {
            ends[dependency] += 1;
        }
        // Where the next one of each step goes, which in the end is behind its last.
        let mut n_all = 0;
        for end in &mut ends {
            n_all += *end;
            *end = n_all - *end;
        }
        let mut all = vec![0; n_all];
        for (index, before) in before.iter().enumerate() {
            for &dependency in before {
                all[ends[dependency]] = index;
                ends[dependency] += 1;
            }
        }
        Self { ends, all }
    }

    /// Those of a step.
    pub(crate) fn of(&self, index: usize) -> &[usize] {
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.all[start..self.ends[index]]
    }

    /// Adds those of further steps, whose indexes are counted anew from the first of them.
    pub(crate) fn append(&mut self, next: &Self) {
        let (n_steps, n_all) = (self.ends.len(), self.all.len());
        self.ends.extend(next.ends.iter().map(|end| n_all + end));
        self.all.extend(next.all.iter().map(|index| n_steps + index));
    }
}

impl Graph {
    /// The order that follows from who is before whom; all of them are steps.
    pub(crate) fn new(before: Vec<Vec<usize>>) -> Self {
        let after = Edges::reversed(&before);
        Self { before, after }
    }

    /// Steps that are on a cycle or behind one; empty in a plan that can be run.
    pub(crate) fn unreachable(&self) -> Vec<usize> {
        let mut missing: Vec<usize> = self.before.iter().map(Vec::len).collect();
        let mut ready: Vec<usize> = (0..missing.len()).filter(|&index| missing[index] == 0).collect();
        while let Some(done) = ready.pop() {
            for &index in self.after.of(done) {
                missing[index] -= 1;
                if missing[index] == 0 {
                    ready.push(index);
                }
            }
        }
        (0..missing.len()).filter(|&index| missing[index] > 0).collect()
    }
}

impl Plan {
    /// The order of the steps, or why there is none: a step named twice, an unknown one needed, a cycle.
    pub(crate) fn graph(&self) -> Result<(Graph, Indexes), InvalidPlan> {
        let indexes = self.indexes()?;
        let steps = self.steps.iter().enumerate();
        let before = steps.map(|(index, step)| {
            let mut before = Vec::new();
            for (nth, id) in step.after.iter().enumerate() {
                let dependency = indexes.get(id);
                let field = || format!("steps[{index}].after[{nth}]");
                before.push(
                    *dependency.ok_or_else(|| InvalidPlan::new(field(), format!("names no step: {id}")))?,
                );
            }
            for (name, argument) in &step.arguments {
                let field = || format!("steps[{index}].arguments.{name}");
                find_pointed_at(argument, &indexes, &mut before, field)?;
            }
            before.sort_unstable();
            before.dedup();
            Ok(before)
        });
        let graph = Graph::new(before.collect::<Result<_, _>>()?);
        if let Some(output) = &self.output {
            find_pointed_at(output, &indexes, &mut Vec::new(), || "output".to_owned())?;
        }
        match self.cycle(&graph) {
            None => Ok((graph, indexes)),
            Some((index, ids)) => {
                let reason = format!("waits for itself: {ids}");
                Err(InvalidPlan::new(format!("steps[{index}]"), reason))
            }
        }
    }

    fn indexes(&self) -> Result<Indexes, InvalidPlan> {
        let mut indexes = AHashMap::with_capacity(self.steps.len());
        for (index, step) in self.steps.iter().enumerate() {
            if let Some(first) = indexes.insert(step.id.clone(), index) {
                let reason = format!("is taken by steps[{first}]: {}", step.id);
                return Err(InvalidPlan::new(format!("steps[{index}].id"), reason));
            }
        }
        Ok(indexes)
    }

    /// A cycle, if there is one: the index of one of its steps, and their names.
    fn cycle(&self, graph: &Graph) -> Option<(usize, String)> {
        let stuck = graph.unreachable();
        // Walking backwards among the stuck ones must come back to where it was before: each has one before it.
        let mut visited = Vec::new();
        let mut at = *stuck.first()?;
        while !visited.contains(&at) && visited.len() < MAX_NAMED {
            visited.push(at);
            at = *graph.before[at]
                .iter()
                .find(|before| stuck.binary_search(before).is_ok())?;
        }
        let start = visited.iter().position(|&index| index == at).unwrap_or(0);
        let mut ids: Vec<&str> = visited[start..]
            .iter()
            .map(|&index| self.steps[index].id.as_str())
            .collect();
        ids.push(self.steps[at].id.as_str());
        ids.reverse();
        Some((at, ids.join(" -> ")))
    }
}

/// A longer cycle is not told in full.
const MAX_NAMED: usize = 20;

/// Adds the steps to which a parameter points.
fn find_pointed_at(
    parameter: &Parameter,
    indexes: &Indexes,
    found: &mut Vec<usize>,
    field: impl Fn() -> String,
) -> Result<(), InvalidPlan> {
    let mut dangling: Option<&ResultPointer> = None;
    parameter.for_each_pointer(&mut |pointer| match indexes.get(&pointer.step) {
        Some(index) => found.push(*index),
        None => dangling = Some(pointer),
    });
    match dangling {
        None => Ok(()),
        Some(pointer) => {
            let reason = format!("points at the result of a step that there is not: {pointer}");
            Err(InvalidPlan::new(field(), reason))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn graph(steps: &serde_json::Value) -> Result<Graph, InvalidPlan> {
        let ordered = Plan::from_value(json!({"steps": steps})).unwrap().graph();
        ordered.map(|(graph, _)| graph)
    }

    #[test]
    fn results_and_order_make_edges() {
        let graph = graph(&json!([
            {"id": "d", "agent": "x", "task": "y", "arguments": {"a": [{"$result": "/b/x"}], "b": {"$result": "/c"}}},
            {"id": "c", "agent": "x", "task": "y", "after": ["a", "a"]},
            {"id": "b", "agent": "x", "task": "y", "after": ["a"], "arguments": {"a": {"$result": "/a"}}},
            {"id": "a", "agent": "x", "task": "y"},
        ]));
        let graph = graph.unwrap();
        assert_eq!(graph.before, [vec![1, 2], vec![3], vec![3], vec![]]);
        let after = |index| graph.after.of(index).to_vec();
        assert_eq!([0, 1, 2, 3].map(after), [vec![], vec![0], vec![0], vec![1, 2]]);
    }

    #[test]
    fn what_cannot_be_ordered_is_refused() {
        let one = json!({"id": "a", "agent": "x", "task": "y"});
        let on = |id: &str, after: &str| json!({"id": id, "agent": "x", "task": "y", "after": [after]});
        for (steps, field, reason) in [
            (json!([one, one]), "steps[1].id", "is taken by steps[0]: a"),
            (json!([on("a", "b")]), "steps[0].after[0]", "names no step: b"),
            (json!([on("a", "a")]), "steps[0]", "waits for itself: a -> a"),
            (
                json!([on("x", "a"), on("a", "b"), on("b", "c"), on("c", "a")]),
                "steps[1]",
                "waits for itself: a -> c -> b -> a",
            ),
        ] {
            let error = graph(&steps).unwrap_err();
            assert_eq!((error.field.as_str(), error.reason.as_str()), (field, reason));
        }
        let dangling = json!({"steps": [one], "output": [{"$result": "/b/x"}]});
        assert_eq!(
            Plan::from_value(dangling).unwrap().graph().unwrap_err().field,
            "output"
        );
    }

    proptest! {
        #[test]
        fn a_graph_has_an_order_exactly_when_nothing_is_stuck(
            edges in proptest::collection::vec((0..12_usize, 0..12_usize), 0..40), forward: bool,
        ) {
            let mut before = vec![Vec::new(); 12];
            for (one, other) in edges {
                let (one, other) = if forward { (one.max(other), one.min(other)) } else { (one, other) };
                if one != other || !forward {
                    before[one].push(other);
                }
            }
            before.iter_mut().for_each(|before| { before.sort_unstable(); before.dedup(); });
            let graph = Graph::new(before.clone());
            let stuck = graph.unreachable();
            prop_assert!(!forward || stuck.is_empty());
            // What is stuck waits for another that is stuck; what is not, does not.
            for (index, before) in before.iter().enumerate() {
                let waits = before.iter().any(|before| stuck.contains(before));
                prop_assert_eq!(stuck.contains(&index), waits);
            }
        }
    }
}
