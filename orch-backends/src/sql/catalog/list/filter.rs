use orch_core::{AccountId, catalog::AgentFilter, text::fold};

use crate::sql::{Value, catalog::row::EVERYONE};

/// What must hold of an agent `a`, with the parameters; the first two are the audiences that the viewer belongs to.
#[derive(Debug)]
pub(super) struct Conditions {
    pub(super) params: Vec<Value<'static>>,
    all: Vec<Condition>,
}

#[derive(Debug)]
struct Condition {
    sql: String,
    /// The column, if this is a range of numbers, which an index could be searched for.
    range: Option<&'static str>,
}

impl Conditions {
    pub(super) fn of(viewer: &AccountId, filter: &AgentFilter) -> Self {
        let mut conditions = Self {
            params: vec![EVERYONE.into(), viewer.to_string().into()],
            all: Vec::new(),
        };
        if let Some(search) = &filter.search {
            let pattern = conditions.bind(containing(&fold(search)));
            conditions.require(format!(
                "(a.title LIKE {pattern} ESCAPE '\\' OR a.description LIKE {pattern} ESCAPE '\\')"
            ));
        }
        for (column, wanted) in [("category", &filter.category), ("developer", &filter.developer)] {
            if let Some(wanted) = wanted {
                let wanted = conditions.bind(fold(wanted));
                conditions.require(format!("a.{column} = {wanted}"));
            }
        }
        if let Some(least) = filter.min_rating {
            let least = conditions.bind(least);
            conditions.require_range("rating", &format!(">= {least}"));
        }
        if let Some(most) = filter.max_cost {
            let currency = conditions.bind(most.currency().code());
            conditions.require(format!("a.currency = {currency}"));
            let most = conditions.bind(most.minor());
            conditions.require_range("cost", &format!("<= {most}"));
        }
        for tag in padded(&filter.tags) {
            let tag = conditions.bind(fold(tag));
            conditions.require(format!(
                "EXISTS (SELECT 1 FROM orch_agent_tags t WHERE t.tag = {tag} AND t.agent = a.id)"
            ));
        }
        conditions
    }

    /// The conditions as text that begins with ` AND` if there are any, for a statement that may use any index.
    pub(super) fn for_search(&self) -> String {
        self.all
            .iter()
            .map(|condition| format!(" AND {}", condition.sql))
            .collect()
    }

    /// The same for a walk along the index of a column: a `+` keeps the engines from jumping to another one.
    pub(super) fn for_walk(&self, column: &str) -> String {
        let one = |condition: &Condition| {
            let plus = if condition.range.is_some_and(|range| range != column) {
                "+"
            } else {
                ""
            };
            format!(" AND {plus}{}", condition.sql)
        };
        self.all.iter().map(one).collect()
    }

    /// Adds a parameter; the placeholder that stands for it.
    fn bind(&mut self, value: impl Into<Value<'static>>) -> String {
        self.params.push(value.into());
        format!("?{}", self.params.len())
    }

    fn require(&mut self, sql: String) {
        self.all.push(Condition { sql, range: None });
    }

    fn require_range(&mut self, column: &'static str, bound: &str) {
        let sql = format!("a.{column} {bound}");
        let range = Some(column);
        self.all.push(Condition { sql, range });
    }
}

/// The pattern of all texts that contain this one.
fn containing(text: &str) -> String {
    let mut pattern = String::from("%");
    for char in text.chars() {
        if matches!(char, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(char);
    }
    pattern.push('%');
    pattern
}

/// A power of two of tags, the last one repeated for nothing, so that few texts are prepared.
fn padded(tags: &[String]) -> impl Iterator<Item = &String> {
    let size = if tags.is_empty() {
        0
    } else {
        tags.len().next_power_of_two()
    };
    tags.iter()
        .chain(tags.iter().last().into_iter().cycle())
        .take(size)
}
