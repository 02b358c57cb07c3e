//! The approver's page, through its router.

mod house;

use std::time::Duration;

use orch::approvals::{Party, Status};

use house::{Browser, House, between, caller};

#[tokio::test]
async fn an_approver_signs_in_sees_what_waits_and_decides() {
    let house = House::new().await;
    let (yes, no) = (
        house.ask("Pay <script>alert(1)</script>").await,
        house.ask("Erase it").await,
    );
    let boss = house.signed_in("boss").await;
    let page = boss.get("/approvals").await;
    assert_eq!(page.status, 200);
    for shown in [
        "Waiting for you: 2",
        "Erase it",
        "account:acme",
        "1.5 ALGO",
        "half of it",
        "2024-01-15 11:30:00 UTC",
    ] {
        assert!(page.body.contains(shown), "{shown} in {}", page.body);
    }
    assert!(
        !page.body.contains("<script>alert") && !page.body.contains("<b>Ann"),
        "others' words stay words"
    );

    let answer = boss.decide(&yes, "approve", "fine with me").await;
    assert_eq!(
        (answer.status, answer.headers["location"].to_str().unwrap()),
        (303, "/approvals")
    );
    let fields = [
        ("csrf", &*boss.csrf),
        ("decision", "reject"),
        ("alternative", "0"),
    ];
    assert_eq!(
        boss.post(&format!("/approvals/{no}/decide"), &fields)
            .await
            .status,
        303
    );
    assert_eq!(
        (house.status(&yes).await, house.status(&no).await),
        (Status::Approved, Status::Rejected)
    );
    let approval = house
        .orchestrator
        .approvals()
        .find(&caller("acme"), &yes)
        .await
        .unwrap();
    let vote = approval.verdict().unwrap();
    assert_eq!(
        (&vote.by, vote.comments.as_deref()),
        (&Party::of(&caller("boss")), Some("fine with me"))
    );
    let page = boss.get("/approvals").await;
    assert!(
        page.body.contains("Nothing waits for you") && page.body.contains("fine with me"),
        "{}",
        page.body
    );
    // It is too late to think otherwise.
    assert_eq!(boss.decide(&yes, "reject", "").await.status, 409);
}

#[tokio::test]
async fn the_page_lets_nothing_in_from_elsewhere() {
    let house = House::new().await;
    let boss = house.signed_in("boss").await;
    let one = boss.get("/approvals").await;
    let policy = one.headers["content-security-policy"].to_str().unwrap();
    assert!(
        policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
        "{policy}"
    );
    assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
    let nonce = between(policy, "script-src 'nonce-", "'");
    assert_eq!(one.body.matches("<script").count(), 1);
    assert!(one.body.contains(&format!("<script nonce=\"{nonce}\">")));
    assert!(
        !one.body.contains(" on") || !one.body.contains("onclick="),
        "no script within a tag"
    );
    let again = boss.get("/approvals").await;
    assert_ne!(
        again.headers["content-security-policy"],
        one.headers["content-security-policy"]
    );
    for (header, value) in [
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
    ] {
        assert_eq!(one.headers[header], value);
    }
}

#[tokio::test]
async fn nobody_decides_without_a_session_a_token_and_this_page() {
    let house = House::new().await;
    let id = house.ask("Pay").await;
    let path = format!("/approvals/{id}/decide");
    let boss = house.signed_in("boss").await;
    let other = house.signed_in("boss").await;
    let approve = |csrf| [("csrf", csrf), ("decision", "approve")];
    let nobody = Browser {
        house: &house,
        cookie: String::new(),
        csrf: String::new(),
    };
    assert_eq!(nobody.post(&path, &approve(&*boss.csrf)).await.status, 401);
    for csrf in ["", "0", &*other.csrf] {
        assert_eq!(boss.post(&path, &approve(csrf)).await.status, 403, "{csrf}");
    }
    for site in ["cross-site", "same-site"] {
        assert_eq!(
            boss.post_from(site, &path, &approve(&*boss.csrf)).await.status,
            403
        );
    }
    for (decision, extra) in [("maybe", ""), ("approve", "7"), ("approve", "x")] {
        let fields = [
            ("csrf", &*boss.csrf),
            ("decision", decision),
            ("alternative", extra),
        ];
        let status = boss.post(&path, &fields).await.status;
        assert_eq!(
            status,
            if extra.is_empty() && decision == "approve" {
                303
            } else {
                400
            },
            "{decision} {extra}"
        );
    }
    assert_eq!(boss.get(&path).await.status, 405);
    assert_eq!(house.status(&id).await, Status::Pending);
}

#[tokio::test]
async fn a_stranger_sees_and_decides_nothing_and_who_asks_decides_nothing() {
    let house = House::new().await;
    let id = house.ask("Pay the stranger").await;
    let stranger = house.signed_in("stranger").await;
    assert!(!stranger.get("/approvals").await.body.contains("Pay the stranger"));
    assert_eq!(stranger.decide(&id, "approve", "").await.status, 404);
    let acme = house.signed_in("acme").await;
    let page = acme.get("/approvals").await.body;
    assert!(
        page.contains("Waiting for others: 1") && !page.contains("value=\"approve\""),
        "{page}"
    );
    assert_eq!(acme.decide(&id, "approve", "").await.status, 403);
    assert_eq!(house.status(&id).await, Status::Pending);
}

#[tokio::test]
async fn a_sign_in_ends_with_its_time_its_key_and_its_sign_out() {
    let house = House::new().await;
    let nobody = Browser {
        house: &house,
        cookie: "orch_approver=0".into(),
        csrf: String::new(),
    };
    assert!(nobody.get("/approvals").await.body.contains("Your API key"));
    assert_eq!(nobody.get("/approvals/list").await.status, 401);
    let (_, narrow) = house.key("boss", &["hire"]).await;
    for key in ["", "0rca_nonsense", "nonsense", &narrow] {
        assert_eq!(
            nobody.post("/approvals/sign-in", &[("key", key)]).await.status,
            401,
            "{key}"
        );
    }
    let (_, wide) = house.key("boss", &["approvals"]).await;
    let is_in = async |browser: &Browser<'_>| browser.get("/approvals").await.body.contains("Sign out");

    let leaving = house.browser(&wide).await;
    assert!(is_in(&leaving).await);
    assert_eq!(
        leaving.post("/approvals/sign-out", &[("csrf", "0")]).await.status,
        403
    );
    let answer = leaving
        .post("/approvals/sign-out", &[("csrf", &leaving.csrf)])
        .await;
    assert!(
        answer.headers["set-cookie"]
            .to_str()
            .unwrap()
            .contains("Max-Age=0")
    );
    assert!(!is_in(&leaving).await);

    let (id, key) = house.key("boss", &[]).await;
    let revoked = house.browser(&key).await;
    house
        .orchestrator
        .api_keys()
        .revoke(&caller("boss"), id)
        .await
        .unwrap();
    assert!(!is_in(&revoked).await);

    let staying = house.browser(&wide).await;
    house.clock.advance(Duration::from_secs(12 * 60 * 60 - 1));
    assert!(is_in(&staying).await);
    house.clock.advance(Duration::from_secs(1));
    assert!(!is_in(&staying).await);
}

#[tokio::test]
async fn who_watches_is_shown_another_list_as_soon_as_there_is_one() {
    let house = House::new().await;
    let boss = house.signed_in("boss").await;
    let list = boss.get("/approvals/list?known=").await;
    let known = between(&list.body, "data-known=\"", "\"").to_owned();
    let path = format!("/approvals/list?known={known}");
    let (watched, id) = tokio::join!(boss.get(&path), async {
        tokio::task::yield_now().await;
        house.ask("Something new").await
    });
    assert_eq!(watched.status, 200);
    assert!(watched.body.contains("Something new") && !watched.body.contains("<script"));
    let known = between(&watched.body, "data-known=\"", "\"").to_owned();
    let path = format!("/approvals/list?known={known}");
    let (nothing, ()) = tokio::join!(boss.get(&path), async {
        tokio::task::yield_now().await;
        house.clock.advance(Duration::from_secs(25));
    });
    assert_eq!(nothing.status, 204);
    let (decided, _) = tokio::join!(boss.get(&path), async {
        tokio::task::yield_now().await;
        boss.decide(&id, "approve", "").await
    });
    assert!(decided.body.contains("Nothing waits for you"));
}
