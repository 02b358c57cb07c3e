//! A page over an orchestrator in memory, and browsers that look at it.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request},
};
use http_body_util::BodyExt;
use orch::{
    ApprovalId, Caller, ManualClock, Orchestrator, SeededEntropy, Stores,
    approvals::{ApprovalRequest, JsonText, Party, Policy, Question, Status},
    auth::{KeyDraft, KeyForm},
};
use orch_http_adapter::approvals::{ApprovalPage, ApprovalPageOptions};
use tower::ServiceExt;

pub(super) fn caller(account: &str) -> Caller {
    Caller::host(account.parse().unwrap())
}

pub(super) struct House {
    pub(super) orchestrator: Orchestrator,
    pub(super) clock: Arc<ManualClock>,
    router: Router,
}

pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

/// A browser: it keeps its cookie, and knows the token of the forms that it was shown.
pub(super) struct Browser<'h> {
    pub(super) house: &'h House,
    pub(super) cookie: String,
    pub(super) csrf: String,
}

impl House {
    pub(super) async fn new() -> Self {
        let clock = Arc::new(ManualClock::default());
        let builder = Orchestrator::builder(Stores::in_memory_at(clock.clone()))
            .clock(clock.clone())
            .entropy(Arc::new(SeededEntropy::default()));
        let orchestrator = builder.build().await.unwrap();
        let router = ApprovalPage::new(orchestrator.clone(), ApprovalPageOptions::default());
        Self {
            router: router.surface().router(),
            orchestrator,
            clock,
        }
    }

    pub(super) async fn key(&self, account: &str, scopes: &[&str]) -> (orch::ApiKeyId, String) {
        let draft = KeyDraft {
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            ..KeyDraft::new(KeyForm::Market, "page")
        };
        let minted = self
            .orchestrator
            .api_keys()
            .create(&caller(account), draft)
            .await
            .unwrap();
        (minted.key.id, minted.token.expose().to_owned())
    }

    pub(super) async fn ask(&self, summary: &str) -> ApprovalId {
        let question = Question {
            details: JsonText::from(&serde_json::json!({ "to": "<b>Ann</b>" })),
            alternatives: Some(vec![JsonText::from(&serde_json::json!("half of it"))]),
            cost: Some("1.5 ALGO".parse().unwrap()),
            ..Question::new(summary)
        };
        let policy = Policy::one_of([Party::of(&caller("boss"))]);
        let request = ApprovalRequest::new(Party::of(&caller("acme")), question, policy);
        let asked = self
            .orchestrator
            .approvals()
            .ask(&caller("acme"), request)
            .await
            .unwrap();
        asked.approval.id
    }

    pub(super) async fn status(&self, id: &ApprovalId) -> Status {
        let approvals = self.orchestrator.approvals();
        let approval = approvals.find(&caller("acme"), id).await.unwrap();
        approval.status(approvals.clock().now())
    }

    pub(super) async fn send(&self, request: Request<Body>) -> Answer {
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    /// A browser that has signed in with a new key of the account.
    pub(super) async fn signed_in(&self, account: &str) -> Browser<'_> {
        let (_, key) = self.key(account, &[]).await;
        self.browser(&key).await
    }

    pub(super) async fn browser(&self, key: &str) -> Browser<'_> {
        let mut browser = Browser {
            house: self,
            cookie: String::new(),
            csrf: String::new(),
        };
        let answer = browser.post("/approvals/sign-in", &[("key", key)]).await;
        assert_eq!(
            (answer.status, &answer.headers["location"]),
            (
                303,
                "/approvals".parse::<axum::http::HeaderValue>().as_ref().unwrap()
            )
        );
        let cookie = answer.headers["set-cookie"].to_str().unwrap();
        for part in ["HttpOnly", "SameSite=Strict", "Secure", "Path=/approvals"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert!(!cookie.contains(key));
        browser.cookie = cookie.split(';').next().unwrap().to_owned();
        let page = browser.get("/approvals").await;
        browser.csrf = between(&page.body, "name=\"csrf\" value=\"", "\"").to_owned();
        browser
    }
}

impl Browser<'_> {
    pub(super) async fn get(&self, path: &str) -> Answer {
        let request = Request::get(path)
            .header("cookie", &self.cookie)
            .body(Body::empty());
        self.house.send(request.unwrap()).await
    }

    pub(super) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_from("same-origin", path, fields).await
    }

    pub(super) async fn post_from(&self, site: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = Request::post(path)
            .header("cookie", &self.cookie)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", site)
            .body(Body::from(body));
        self.house.send(request.unwrap()).await
    }

    pub(super) async fn decide(&self, id: &ApprovalId, decision: &str, comments: &str) -> Answer {
        let fields = [
            ("csrf", &*self.csrf),
            ("decision", decision),
            ("comments", comments),
        ];
        self.post(&format!("/approvals/{id}/decide"), &fields).await
    }
}

pub(super) fn between<'t>(text: &'t str, start: &str, end: &str) -> &'t str {
    let (_, rest) = text
        .split_once(start)
        .unwrap_or_else(|| panic!("no {start} in {text}"));
    rest.split_once(end).unwrap().0
}
