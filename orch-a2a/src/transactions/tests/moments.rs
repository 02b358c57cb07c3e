use super::house::House;
use crate::TransactError;

async fn ask(house: &House, id: &str, timestamp: &str) -> Result<(), String> {
    let body = format!(
        r#"{{"consumer_agent_id":"agent-001","service_id":"srv-greet","payload":{{}}{id},"timestamp":{timestamp}}}"#
    );
    match house.ask(&body, None).await.result {
        Ok(_) => Ok(()),
        Err(error) if matches!(*error, TransactError::OutOfRange) => Err(body),
        Err(error) => panic!("{error}: {body}"),
    }
}

#[tokio::test]
async fn the_moment_beside_an_id_is_near_ours() {
    let house = House::new().await;
    for (number, (timestamp, is_near)) in [
        (r#""2024-01-15T10:30:00Z""#, true),
        (r#""2024-01-15T10:35:00.000Z""#, true),
        (r#""2024-01-15T11:25:00+01:00""#, true),
        (r#""2024-01-15T10:35:00.001Z""#, false),
        (r#""2024-01-15T10:24:59Z""#, false),
        (r#""2024-01-15T10:30:00""#, false),
        (r#""yesterday""#, false),
        (r#""""#, false),
        ("1705314600", false),
        ("true", false),
        ("[]", false),
        (r#"{"at":"2024-01-15T10:30:00Z"}"#, false),
        // Absent, as for the id itself.
        ("null", true),
    ]
    .into_iter()
    .enumerate()
    {
        let id = format!(r#","transaction_id":"tx_{number}""#);
        assert_eq!(ask(&house, &id, timestamp).await.is_ok(), is_near, "{timestamp}");
        // Without an id it is the application's own.
        assert_eq!(ask(&house, "", timestamp).await, Ok(()), "{timestamp}");
    }
}
