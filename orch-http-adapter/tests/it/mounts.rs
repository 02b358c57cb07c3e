//! A surface stands wherever a host puts it, under whatever layers the host has.

use axum::{
    Router,
    body::Body,
    http::{HeaderValue, Request, header::ORIGIN},
    middleware::from_fn,
    routing::get,
};
use orch_http_adapter::{cors::CorsLayer, market::Market, mounts};
use tower::ServiceExt;

use crate::house::{Answer, House, house, read};

fn surface(house: &House) -> orch_http_adapter::Surface {
    Market::new(house.orchestrator.clone(), Default::default()).surface()
}

async fn ask(router: &Router, host: &str, path: &str, key: &str) -> Answer {
    let request = Request::builder().uri(path).header("host", host);
    let request = request
        .header("authorization", format!("Bearer {key}"))
        .body(Body::empty())
        .unwrap();
    read(router.clone().oneshot(request).await.unwrap()).await
}

#[tokio::test]
async fn slashes_make_no_difference() {
    let house = house().await;
    for path in ["/agents", "/agents/", "//agents", "/agents//?limit=1"] {
        assert_eq!(house.get(path).await.status, 200, "{path}");
    }
    assert_eq!(house.get("/nothing/").await.code(), "NOT_FOUND");
}

#[tokio::test]
async fn a_surface_under_one_root_answers_for_every_path() {
    let house = house().await;
    let router = mounts::merged([surface(&house)]);
    assert_eq!(ask(&router, "any", "/agents/", &house.key).await.status, 200);
    assert_eq!(
        ask(&router, "any", "/nothing", &house.key).await.code(),
        "NOT_FOUND"
    );
}

#[tokio::test]
async fn a_surface_under_a_prefix_answers_there_alone() {
    let house = house().await;
    let router = mounts::by_prefix([("/market", surface(&house))]);
    assert_eq!(
        ask(&router, "any", "/market/agents", &house.key).await.status,
        200
    );
    assert_eq!(
        ask(&router, "any", "/market//agents/", &house.key).await.status,
        200
    );
    assert_eq!(
        ask(&router, "any", "/market/nothing", &house.key).await.code(),
        "NOT_FOUND"
    );
    let elsewhere = ask(&router, "any", "/agents", &house.key).await;
    assert_eq!((elsewhere.status, elsewhere.code()), (404, ""));
}

#[tokio::test]
async fn a_surface_under_a_host_name_answers_there() {
    let (house, other) = (house().await, house().await);
    house.enroll(|_, _| {}).await;
    let router = mounts::by_host([
        ("market.example", surface(&house)),
        ("other.example", surface(&other)),
    ]);
    for (host, total) in [
        ("market.example", 1),
        ("Market.Example:8080", 1),
        ("other.example", 0),
        ("any", 1),
    ] {
        let key = if total == 1 { &house.key } else { &other.key };
        let answer = ask(&router, host, "/agents", key).await;
        assert_eq!(
            answer.body["pagination"]["total"], total,
            "{host}: {}",
            answer.body
        );
    }
}

#[tokio::test]
async fn a_host_nests_it_under_its_own_layers() {
    let house = house().await;
    let marked = from_fn(
        async |request: axum::extract::Request, next: axum::middleware::Next| {
            let mut response = next.run(request).await;
            response
                .headers_mut()
                .insert("x-host", HeaderValue::from_static("mine"));
            response
        },
    );
    let host = Router::new()
        .route("/own", get(async || "own"))
        .nest("/api/market", surface(&house).router())
        .layer(marked);
    for (path, status) in [
        ("/own", 200),
        ("/api/market/agents", 200),
        ("/api/market/agents/", 200),
        ("/api/market/agents/nobody", 404),
        ("/api/market/nothing", 404),
        ("/agents", 404),
    ] {
        let answer = ask(&host, "any", path, &house.key).await;
        assert_eq!(
            (answer.status, answer.headers["x-host"].to_str().unwrap()),
            (status, "mine"),
            "{path}"
        );
    }
    assert_eq!(
        ask(&host, "any", "/api/market/nothing", &house.key).await.code(),
        "NOT_FOUND"
    );
}

#[tokio::test]
async fn browsers_of_other_origins_are_let_in_only_where_the_host_says_so() {
    let house = house().await;
    let preflight = || {
        let request = Request::builder().method("OPTIONS").uri("/agents");
        let request = request.header(ORIGIN, "https://app.example");
        request
            .header("access-control-request-method", "GET")
            .body(Body::empty())
            .unwrap()
    };
    let closed = read(house.router.clone().oneshot(preflight()).await.unwrap()).await;
    assert!(!closed.headers.contains_key("access-control-allow-origin"));
    let open = surface(&house).cors(CorsLayer::permissive()).router();
    let answer = read(open.oneshot(preflight()).await.unwrap()).await;
    assert_eq!(
        (answer.status, &answer.headers["access-control-allow-origin"]),
        (200, &HeaderValue::from_static("*"))
    );
}
