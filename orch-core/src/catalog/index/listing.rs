use super::{Index, bits::Bits, facets::Wanted};
use crate::{
    AccountId, AgentId, PageRequest,
    catalog::{AgentFilter, Sort},
    text::fold,
};

/// A page of a list: which agents stand on it, each at which revision, and how many there are in all.
#[derive(Debug, Default, PartialEq)]
pub(in crate::catalog) struct Listed {
    pub(in crate::catalog) agents: Vec<(AgentId, u64)>,
    pub(in crate::catalog) total: u64,
}

impl Index {
    /// What [`CatalogStore::list`](crate::CatalogStore::list) finds.
    pub(in crate::catalog) fn list(
        &self,
        viewer: &AccountId,
        filter: &AgentFilter,
        sort: Sort,
        page: PageRequest,
    ) -> Listed {
        let Some(found) = self.admitted(viewer, filter) else {
            return Listed::default();
        };
        let total = found.count();
        let mut agents = Vec::new();
        if page.offset < total {
            let slots = self.orders.by(sort).iter().filter(|slot| found.has(**slot));
            let offset = usize::try_from(page.offset).unwrap_or(usize::MAX);
            let on_page = slots.skip(offset).take(page.limit as usize);
            let named = on_page.map(|slot| &self.agents[*slot as usize]);
            agents = named.map(|agent| (agent.id, agent.revision)).collect();
        }
        Listed { agents, total }
    }

    /// The slots of the agents that the viewer may see and the filter admits; `None` for none.
    fn admitted(&self, viewer: &AccountId, filter: &AgentFilter) -> Option<Bits> {
        let wanted = Wanted::of(viewer, filter, &self.names)?;
        let facets = &self.columns.facets;
        if let Some(search) = filter.search.as_deref().map(fold).filter(|text| !text.is_empty()) {
            // What does not have the text need not be looked at.
            let mut found = self.columns.texts.containing(&search);
            found.retain(|slot| wanted.admits(&facets[slot as usize]));
            return Some(found);
        }
        let mut found = Bits::none(facets.len());
        for (facets, slot) in facets.iter().zip(0_u32..) {
            if wanted.admits(facets) {
                found.add(slot);
            }
        }
        Some(found)
    }
}
