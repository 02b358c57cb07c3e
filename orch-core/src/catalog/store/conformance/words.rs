use super::{
    Logged,
    sample::{account, agent, changed, events_of, version},
};
use crate::{
    Agent,
    agent::{Status, Visibility},
    catalog::{Candidates, Posting},
};

fn postings(words: &[(&str, u32)]) -> Vec<Posting> {
    let posting = |&(word, weight): &(&str, u32)| Posting {
        word: word.into(),
        weight,
    };
    words.iter().map(posting).collect()
}

async fn insert(store: &impl Logged, agent: &Agent, words: &[(&str, u32)]) {
    let inserted = store.insert(agent, &postings(words), &events_of(agent)).await;
    assert!(inserted.unwrap());
}

async fn candidates(store: &impl Logged, viewer: &str, words: &[&str], limit: u32) -> Candidates {
    let words: Vec<String> = words.iter().map(|&word| word.into()).collect();
    store.candidates(&account(viewer), &words, limit).await.unwrap()
}

fn slugs(candidates: &Candidates) -> Vec<&str> {
    let mut slugs: Vec<&str> = candidates
        .agents
        .iter()
        .map(|agent| agent.slug.as_str())
        .collect();
    slugs.sort_unstable();
    slugs
}

/// Candidates are online and say one of the words; where there are too many, those stay that say most.
pub async fn candidates_are_the_best_and_online(store: &impl Logged) {
    let asleep = Agent {
        status: Status::Offline,
        ..agent(9)
    };
    insert(store, &agent(1), &[("read", 900), ("table", 100)]).await;
    insert(store, &agent(2), &[("read", 100)]).await;
    insert(store, &agent(3), &[("read", 200), ("write", 900)]).await;
    insert(store, &agent(4), &[("größe", 500)]).await;
    insert(store, &asleep, &[("read", 1000)]).await;
    let read = candidates(store, "stranger", &["read"], 10).await;
    assert_eq!(slugs(&read), ["slug1", "slug2", "slug3"]);
    assert!(read.agents.contains(&agent(1)), "whole agents");
    assert_eq!(
        slugs(&candidates(store, "stranger", &["read"], 2).await),
        ["slug1", "slug3"]
    );
    assert_eq!(
        slugs(&candidates(store, "stranger", &["table", "read", "none"], 1).await),
        ["slug1"]
    );
    // A rare word tells more than a frequent one.
    assert_eq!(
        slugs(&candidates(store, "stranger", &["read", "größe"], 2).await),
        ["slug1", "slug4"]
    );
    assert_eq!(
        slugs(&candidates(store, "stranger", &["none"], 10).await),
        [""; 0]
    );
}

/// Words are counted over the agents that the viewer may see, whether or not they are online.
pub async fn frequencies_count_what_the_viewer_may_see(store: &impl Logged) {
    let private = Agent {
        visibility: Visibility::Private,
        ..agent(2)
    };
    let asleep = Agent {
        status: Status::Offline,
        ..agent(3)
    };
    insert(store, &agent(1), &[("read", 900), ("table", 100)]).await;
    insert(store, &private, &[("read", 100), ("secret", 100)]).await;
    insert(store, &asleep, &[("read", 200)]).await;
    let words = ["table", "read", "none", "secret"];
    let own = candidates(store, "owner", &words, 10).await;
    assert_eq!((own.total, own.frequencies.as_slice()), (3, &[1, 3, 0, 1][..]));
    assert_eq!(slugs(&own), ["slug1", "slug2"]);
    let others = candidates(store, "stranger", &words, 10).await;
    assert_eq!(
        (others.total, others.frequencies.as_slice()),
        (2, &[1, 2, 0, 0][..])
    );
    assert_eq!(slugs(&others), ["slug1"]);
}

/// An agent is found by the words of its latest version; a change that publishes nothing leaves them.
pub async fn words_are_those_of_the_latest_version(store: &impl Logged) {
    let first = agent(1);
    insert(store, &first, &[("old", 500), ("kept", 500)]).await;
    let mut change = changed(&first);
    change.agent.latest = version(&first, "v2");
    change.published = Some(postings(&[("new", 500), ("kept", 100)]));
    assert!(store.update(&change).await.unwrap());
    let change = changed(&change.agent);
    assert!(store.update(&change).await.unwrap());
    for (word, count) in [("old", 0), ("kept", 1), ("new", 1)] {
        let found = candidates(store, "stranger", &[word], 10).await;
        assert_eq!(
            (found.agents.len(), found.frequencies.as_slice()),
            (count, &[count as u64][..]),
            "{word}"
        );
    }
    let found = candidates(store, "stranger", &["new"], 10).await;
    assert_eq!(found.agents, [change.agent]);
}
