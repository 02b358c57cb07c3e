//! Two processes that make a transaction at the same time: the store decides, after neither has found the other's.

use std::sync::Arc;

use serde_json::json;

use super::{
    approvals::GATED,
    house::{House, sole},
    watched::Watched,
};

#[tokio::test]
async fn what_lost_its_name_to_another_gives_its_approval_back() {
    let blind = Arc::new(Watched {
        is_blind: true,
        ..Watched::default()
    });
    let house = House::seeing(sole(), blind.store.clone(), blind.clone()).await;
    house.offer(GATED).await;
    let service = json!({ "service_id": "srv-greet" });
    let (first, second) = (house.approved(&service).await, house.approved(&service).await);
    assert_eq!(house.greet("tx_1", first.as_str()).await, "sent");
    let lost = house.greet("tx_1", second.as_str()).await;
    assert_eq!(lost, "the idempotency key was used for a different request");
    assert_eq!(blind.rejections()[0]["reason"], "conflict");
    assert_eq!(house.greet("tx_2", first.as_str()).await, "used");
    assert_eq!(
        house.greet("tx_2", second.as_str()).await,
        "sent",
        "nobody has used it"
    );
    assert_eq!(house.provider.n_calls(), 2);
}
