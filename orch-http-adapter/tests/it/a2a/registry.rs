//! Agents and services that files name: a revocation in a file counts as soon as that is read again.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use orch::{
    ManualClock, Stores,
    a2a::{RegistryFile, RegistrySource},
    auth::AgentSigner,
};
use orch_core::Cause;
use orch_http_adapter::a2a::A2aOptions;
use serde_json::{Value, json};

use super::house::{House, consumer, house_filed, page};

/// What the files say.
#[derive(Debug)]
struct Files {
    agents: Mutex<Value>,
    services: Value,
}

#[async_trait]
impl RegistrySource for Files {
    async fn read(&self, file: RegistryFile) -> Result<Option<Vec<u8>>, Cause> {
        let said = match file {
            RegistryFile::Agents => self.agents.lock().unwrap().to_string(),
            RegistryFile::Services => self.services.to_string(),
        };
        Ok(Some(said.into_bytes()))
    }
}

impl Files {
    /// Lets the file of agents say this from now on.
    async fn say(&self, house: &House, agents: Value) {
        *self.agents.lock().unwrap() = agents;
        assert!(house.orchestrator.registry().unwrap().reload().await);
    }
}

fn agents(of_the_consumer: &AgentSigner, status: &str) -> Value {
    let agent = |signer: &AgentSigner, status: &str| {
        let metadata = json!({ "name": "Filed", "api_endpoint": "http://10.0.0.7:5001", "status": status });
        json!({ "public_key": signer.key().to_pem(), "metadata": metadata })
    };
    json!({
        "filed-consumer": agent(of_the_consumer, status),
        "filed-provider": agent(&AgentSigner::from_seed(&[7; 32]), "active"),
    })
}

#[tokio::test]
async fn a_revocation_in_a_file_counts_with_the_next_request() {
    let service = json!({ "service_id": "srv-filed", "provider_agent_id": "filed-provider", "metadata": { "service_path_template": "/filed" } });
    let files = Arc::new(Files {
        agents: Mutex::new(agents(&consumer(), "active")),
        services: json!({ "srv-filed": service }),
    });
    let stores = |clock: Arc<ManualClock>| Stores::in_memory_at(clock);
    let house = house_filed(A2aOptions::default(), stores, Some(files.clone())).await;
    let mut n_asked = 0;
    let mut ask = async || {
        n_asked += 1;
        let body = page()
            .replace("agent-001", "filed-consumer")
            .replace("srv-greet", "srv-filed")
            .replace("tx_123", &format!("tx_filed_{n_asked}"));
        let answer = house.transact(&body).await;
        (answer.status, answer.code().to_owned())
    };
    assert_eq!(ask().await.0, 200);
    assert_eq!(house.provider.last_url(), "http://10.0.0.7:5001/filed");
    files
        .say(&house, agents(&AgentSigner::from_seed(&[8; 32]), "active"))
        .await;
    assert_eq!(ask().await, (401, "INVALID_SIGNATURE".to_owned()));
    files.say(&house, agents(&consumer(), "suspended")).await;
    assert_ne!(ask().await.0, 200);
    files.say(&house, agents(&consumer(), "active")).await;
    assert_eq!(ask().await.0, 200);
    files.say(&house, json!({})).await;
    assert_ne!(ask().await.0, 200);
    assert_eq!(house.provider.n_calls(), 2);
}
