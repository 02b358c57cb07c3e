use std::{collections::BTreeMap, sync::Arc};

use orch_core::catalog::{CatalogError, RankedTask};

use super::{Gathering, Key, RANKED};
use crate::catalog_planner::{
    compose::MAX_TRIED,
    parameter::{Parameter, members},
    profile::Profile,
    shape::Shape,
    source::is_made_by,
    word::words,
};

/// How far is looked for tasks that make what other tasks take.
const MAX_DEPTH: usize = 4;
/// How many things are looked for that tasks take.
const MAX_WANTED: usize = 16;

/// A parameter of a task, by its place.
type Wanted = (Arc<Profile>, usize);

impl Gathering<'_> {
    /// Adds tasks that say that they make what the leading ones cannot do without, then what makes what those take.
    pub(super) async fn look_behind(&mut self, leading: Vec<Key>) -> Result<(), CatalogError> {
        let mut leading = leading;
        let mut left = MAX_WANTED;
        for _ in 0..MAX_DEPTH {
            let wanted = self.wanted(&leading, &mut left);
            if wanted.is_empty() {
                break;
            }
            leading = self.makers(wanted).await?;
        }
        Ok(())
    }

    /// What these tasks cannot do without and another task may make, by the words that it is looked for by; not what was
    /// looked for already, and at most `left` things.
    fn wanted(&mut self, leading: &[Key], left: &mut usize) -> BTreeMap<String, Vec<Wanted>> {
        let mut wanted: BTreeMap<String, Vec<Wanted>> = BTreeMap::new();
        for offer in leading.iter().filter_map(|key| self.offers.get(key)) {
            for (place, parameter) in offer.profile.parameters.iter().enumerate() {
                if !parameter.is_required || !is_made(parameter) {
                    continue;
                }
                let words = words(&parameter.name).join(" ");
                let of_words = match wanted.get_mut(&words) {
                    Some(of_words) => of_words,
                    None if *left > 0 && self.asked.insert(words.clone()) => {
                        *left -= 1;
                        wanted.entry(words).or_default()
                    }
                    None => continue,
                };
                of_words.push((offer.profile.clone(), place));
            }
        }
        wanted
    }

    /// Adds the tasks that rank well for what is wanted and make it; returns those that are new.
    async fn makers(&mut self, wanted: BTreeMap<String, Vec<Wanted>>) -> Result<Vec<Key>, CatalogError> {
        let (queries, wanted): (Vec<String>, Vec<_>) = wanted.into_iter().unzip();
        let ranked = self.catalog.rank_each(self.caller, &queries, RANKED).await?;
        let mut new = Vec::new();
        for (ranked, wanted) in ranked.into_iter().zip(wanted) {
            let best = ranked.first().map_or(1.0, |first| first.score);
            let makes = |found: &RankedTask| {
                let members = members(&found.agent.latest.tasks[found.task].returns);
                wanted
                    .iter()
                    .any(|(profile, place)| is_made_by(&profile.parameters[*place], &members))
            };
            for found in ranked.into_iter().filter(makes).take(MAX_TRIED) {
                let key = (found.agent.id, found.task);
                if !self.offers.contains_key(&key) {
                    new.push(key);
                }
                self.add(found.agent, found.task, found.score / best);
            }
        }
        Ok(new)
    }
}

/// Whether a task may make it: switches and choices are only ever said.
fn is_made(parameter: &Parameter) -> bool {
    !matches!(parameter.shape, Shape::Boolean | Shape::Choice(_))
}
