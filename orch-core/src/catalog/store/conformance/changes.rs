//! Laws of what changed since one last looked.

use std::{
    collections::BTreeMap,
    future::poll_fn,
    slice::from_ref,
    sync::atomic::{AtomicUsize, Ordering},
    task::Poll,
};

use super::{
    Logged,
    sample::{agent, changed, insert},
};
use crate::{
    Agent, AgentId,
    agent::{Performance, Status},
    catalog::{Change, Changes, Mark, Observation},
};

/// Lets others go on first.
async fn give_way() {
    let mut is_second = false;
    poll_fn(|context| {
        if std::mem::replace(&mut is_second, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

async fn changes(store: &impl Logged, after: Mark) -> Changes {
    store.changes(after, 100).await.unwrap()
}

/// An agent is told of once it is inserted, and again once it is revised, as it is then and where it is then; what is no
/// revision, and what was refused, is not told.
pub async fn what_changed_is_told_once(store: &impl Logged) {
    let nothing = changes(store, Mark::default()).await;
    assert_eq!((nothing.agents.len(), nothing.next), (0, Mark::default()));
    let (one, other) = (agent(1), agent(2));
    insert(store, &other).await;
    let early = changes(store, Mark::default()).await;
    assert_eq!(early.agents, from_ref(&other));
    insert(store, &one).await;
    let late = changes(store, early.next).await;
    assert_eq!(late.agents, from_ref(&one));
    assert!(early.next < late.next);
    let mut change = changed(&other);
    change.agent.status = Status::Offline;
    assert!(store.update(&change).await.unwrap());
    assert!(!store.update(&change).await.unwrap());
    assert!(!store.insert(&one, &[], &[]).await.unwrap());
    let last = changes(store, late.next).await;
    assert_eq!(last.agents, from_ref(&change.agent));
    assert_eq!(
        changes(store, Mark::default()).await.agents,
        [one.clone(), change.agent.clone()],
        "each where it changed last"
    );
    let seen = Change {
        from_revision: change.agent.revision,
        agent: change.agent,
        published: None,
        review: None,
        events: Vec::new(),
    };
    assert!(store.update(&seen).await.unwrap());
    let observation = Observation {
        agent: one.id,
        calls: Performance::default(),
        seen_at: Some(one.updated_at),
    };
    store.observe(&[observation]).await.unwrap();
    let nothing = changes(store, last.next).await;
    assert_eq!((nothing.agents.len(), nothing.next), (0, last.next));
}

/// However few are asked for at a time, each agent is told of, and none of them twice.
pub async fn changes_are_told_in_pages(store: &impl Logged) {
    let agents: Vec<Agent> = (1..=7).rev().map(agent).collect();
    for agent in &agents {
        insert(store, agent).await;
    }
    for limit in [1, 2, 3, 7, 8] {
        let (mut told, mut mark) = (Vec::new(), Mark::default());
        loop {
            let page = store.changes(mark, limit).await.unwrap();
            mark = page.next;
            let is_last = page.agents.len() < limit as usize;
            told.extend(page.agents);
            if is_last {
                break;
            }
        }
        assert_eq!(told, agents, "{limit} at a time");
    }
}

/// Who reads on from mark to mark while others write has everything in the end.
pub async fn of_racing_changes_none_is_left_out(store: &impl Logged) {
    const EACH: u16 = 6;
    let n_writing = AtomicUsize::new(3);
    let writes = async |first: u16| {
        for number in first..first + EACH {
            let agent = agent(number);
            insert(store, &agent).await;
            assert!(store.update(&changed(&agent)).await.unwrap());
        }
        n_writing.fetch_sub(1, Ordering::SeqCst);
    };
    let follows = async {
        let (mut known, mut mark) = (BTreeMap::<AgentId, u64>::new(), Mark::default());
        loop {
            let is_last = n_writing.load(Ordering::SeqCst) == 0;
            let page = store.changes(mark, 2).await.unwrap();
            assert!(mark <= page.next, "{mark:?} before {:?}", page.next);
            mark = page.next;
            if is_last && page.agents.is_empty() {
                return known;
            }
            for agent in page.agents {
                known.insert(agent.id, agent.revision);
            }
            give_way().await;
        }
    };
    let ((), (), (), known) = tokio::join!(writes(1), writes(101), writes(201), follows);
    assert_eq!(known.len(), 3 * usize::from(EACH));
    assert!(known.values().all(|revision| *revision == 2), "{known:?}");
}

/// Agents are read whole by their ids, each once; ids of nobody are no error.
pub async fn agents_are_read_by_their_ids(store: &impl Logged) {
    let agents: Vec<Agent> = (1..=5).map(agent).collect();
    for agent in &agents {
        insert(store, agent).await;
    }
    let wanted = [4, 2, 9, 4].map(|number| agent(number).id);
    let mut found = store.find_all(&wanted).await.unwrap();
    found.sort_by_key(|agent| agent.id);
    assert_eq!(found, [agent(2), agent(4)]);
    assert_eq!(store.find_all(&[]).await.unwrap(), []);
    let many: Vec<AgentId> = (1..=200).map(|number| agent(number).id).collect();
    assert_eq!(store.find_all(&many).await.unwrap().len(), agents.len());
}
