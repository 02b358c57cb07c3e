//! Laws of what is found out about agents.

use std::{collections::BTreeSet, time::Duration};

use super::{
    Logged,
    sample::{agent, changed, events_of, insert},
};
use crate::{
    Agent, AgentId, Timestamp,
    agent::Performance,
    catalog::{AgentKey, Observation},
};

fn calls(requests: u64, answered: u64, millis: u64) -> Performance {
    Performance {
        requests,
        answered,
        total_time: Duration::from_millis(millis),
    }
}

fn observation(agent: AgentId, calls: Performance) -> Observation {
    Observation {
        agent,
        calls,
        seen_at: None,
    }
}

async fn find(store: &impl Logged, id: AgentId) -> Agent {
    store.find(&AgentKey::Id(id)).await.unwrap().unwrap()
}

/// What is observed is added to what was, for each agent on its own, at once or one after the other; nothing else of the
/// agent changes, and an agent that does not exist is no error.
pub async fn observations_add_up(store: &impl Logged) {
    let (one, other) = (agent(1), agent(2));
    insert(store, &one).await;
    insert(store, &other).await;
    let of_one = observation(one.id, calls(2, 1, 500));
    let batch = [
        of_one,
        observation(agent(3).id, calls(9, 9, 9)),
        observation(other.id, calls(1, 1, 1)),
    ];
    let again = [of_one];
    let (first, second) = tokio::join!(store.observe(&batch), store.observe(&again));
    first.unwrap();
    second.unwrap();
    let expected = Agent {
        performance: one.performance.plus(calls(4, 2, 1_000)),
        ..one.clone()
    };
    assert_eq!(find(store, one.id).await, expected);
    let of_other = find(store, other.id).await.performance;
    assert_eq!(of_other, other.performance.plus(calls(1, 1, 1)));
    assert_eq!(store.find(&AgentKey::Id(agent(3).id)).await.unwrap(), None);
    assert_eq!(
        store.read(&one.id.to_string(), 1, 10).await.unwrap(),
        events_of(&one)
    );
}

/// When an agent was last seen never goes back, whoever says so and in whatever order.
pub async fn what_was_seen_later_stays(store: &impl Logged) {
    let one = Agent {
        last_seen: None,
        ..agent(1)
    };
    insert(store, &one).await;
    let seen = |millis| Some(Timestamp::from_millis(millis));
    for (said, known) in [
        (None, None),
        (seen(20), seen(20)),
        (seen(10), seen(20)),
        (None, seen(20)),
    ] {
        let observation = Observation {
            seen_at: said,
            ..observation(one.id, Performance::default())
        };
        store.observe(&[observation]).await.unwrap();
        assert_eq!(find(store, one.id).await.last_seen, known);
    }
    let mut change = changed(&one);
    change.agent.last_seen = seen(15);
    assert!(store.update(&change).await.unwrap());
    assert_eq!(find(store, one.id).await.last_seen, seen(20));
}

/// Who changes an agent and has read it before an observation takes nothing back.
pub async fn a_change_leaves_the_figures_alone(store: &impl Logged) {
    let one = agent(1);
    insert(store, &one).await;
    store
        .observe(&[observation(one.id, calls(5, 4, 3))])
        .await
        .unwrap();
    assert!(store.update(&changed(&one)).await.unwrap());
    let performance = find(store, one.id).await.performance;
    assert_eq!(performance, one.performance.plus(calls(5, 4, 3)));
}

/// Every agent is due at once and then again after a while, the longest due first; of those who ask at the same time,
/// one is given it.
pub async fn what_is_due_is_taken_once(store: &impl Logged) {
    let at = Timestamp::from_millis;
    let agents: Vec<Agent> = (1..=5).map(agent).collect();
    for agent in &agents {
        insert(store, agent).await;
    }
    let (some, others) = tokio::join!(
        store.take_due(at(10), at(30), 3),
        store.take_due(at(10), at(20), 3)
    );
    let (some, others) = (some.unwrap(), others.unwrap());
    assert!(some.len() <= 3 && others.len() <= 3);
    let taken: BTreeSet<AgentId> = some.iter().chain(&others).map(|agent| agent.id).collect();
    assert_eq!(taken.len(), some.len() + others.len(), "nobody is taken twice");
    // A store may give less to those who ask at the same time, but leaves nobody out for ever.
    let rest = store.take_due(at(10), at(20), 10).await.unwrap();
    assert_eq!(taken.len() + rest.len(), agents.len());
    assert!(rest.iter().all(|agent| !taken.contains(&agent.id)));
    assert_eq!(store.take_due(at(19), at(40), 10).await.unwrap(), []);

    let early: BTreeSet<AgentId> = others.iter().chain(&rest).map(|agent| agent.id).collect();
    let n_early = u32::try_from(early.len()).unwrap();
    let again = store.take_due(at(30), at(40), n_early).await.unwrap();
    let again: BTreeSet<AgentId> = again.iter().map(|agent| agent.id).collect();
    assert_eq!(again, early, "the longest due come first");
}
