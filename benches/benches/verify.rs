//! What it costs to know who signed: a body of 1 KiB read, written in its canonical form and verified, beside the bare strict
//! verification of those bytes.

use std::{hint::black_box, sync::Arc, time::Instant};

use ed25519_dalek::VerifyingKey;
use orch::{
    SystemClock,
    auth::{
        AgentKeyOptions, AgentKeys, AgentSigner, Document, Form, InMemoryParties, Party, PartyStore,
        Registration, Signature, Vouched, signature::verify,
    },
    backends::SqlStore,
};
use orch_benches::{Outcome, Table, median};
use serde_json::json;

const ROUNDS: usize = 41;
const VERIFICATIONS: u32 = 200;
const BODY_BYTES: usize = 1024;

/// A signed body, as a client sends it.
struct Signed {
    body: String,
    form: Form,
    canonical: Vec<u8>,
    signature: Signature,
    text: String,
}

impl Signed {
    fn new(signer: &AgentSigner, form: Form, word: &str) -> Outcome<Self> {
        let mut items = Vec::new();
        let body = loop {
            items.push(json!({ "id": items.len(), "name": word, "is_wanted": true, "tags": ["x", null] }));
            let body =
                json!({ "service_id": "srv-greet", "consumer_agent_id": "agent-001", "priority": "normal",
                               "payload": { "items": items } })
                .to_string();
            if body.len() >= BODY_BYTES {
                break body;
            }
        };
        let document = Document::read(body.as_bytes())?;
        let canonical = form.write(&document).ok_or("it has no such form")?;
        let signature = signer.sign(&canonical);
        Ok(Self {
            form,
            text: signature.to_text(),
            signature,
            canonical,
            body,
        })
    }

    /// From the bytes of the request to who signed them, with the key at hand.
    fn check(&self, signer: &AgentSigner) -> Outcome<()> {
        let document = Document::read(black_box(self.body.as_bytes()))?;
        let signature = Signature::parse(black_box(&self.text))?;
        let form = verify(&signer.key(), b"", &document, &signature);
        expect(form == Some(self.form))
    }

    /// The same with the key looked up.
    async fn check_with(&self, agents: &AgentKeys) -> Outcome<()> {
        let document = Document::read(black_box(self.body.as_bytes()))?;
        let signer = agents
            .verify(&"agent-001".parse()?, &document, &self.text)
            .await?;
        expect(signer.form == self.form)
    }
}

fn expect(holds: bool) -> Outcome<()> {
    holds.then_some(()).ok_or_else(|| "it does not verify".into())
}

async fn agents(store: Arc<dyn PartyStore>, signer: &AgentSigner) -> Outcome<AgentKeys> {
    let agents = AgentKeys::new(store, Arc::new(SystemClock), AgentKeyOptions::default());
    let registration = Registration {
        id: "agent-001".parse()?,
        key: signer.key(),
        revoke_previous: false,
        status: Party::ACTIVE.into(),
        endpoint: None,
        metadata: "{}".into(),
        is_listed: true,
    };
    agents.register(registration, Vouched::ByTheHost).await?;
    Ok(agents)
}

/// Microseconds that each of so many takes.
macro_rules! timed {
    ($verification:expr) => {{
        let began_at = Instant::now();
        for _ in 0..VERIFICATIONS {
            $verification;
        }
        began_at.elapsed().as_secs_f64() * 1e6 / f64::from(VERIFICATIONS)
    }};
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome<()> {
    let signer = AgentSigner::from_seed(&[1; 32]);
    let key = VerifyingKey::from_bytes(signer.key().as_bytes())?;
    let plain = Signed::new(&signer, Form::A, "Book a table")?;
    let script = Signed::new(&signer, Form::B, "Zo\u{eb} \u{1f600}")?;
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let file = format!("sqlite://{}/orch.db", folder.path().display());
    let in_memory = agents(Arc::new(InMemoryParties::default()), &signer).await?;
    let on_sqlite = agents(
        Arc::new(SqlStore::connect(&file, Default::default()).await?),
        &signer,
    )
    .await?;
    let bare = ed25519_dalek::Signature::from_bytes(plain.signature.as_bytes());
    let mut rows = [const { (Vec::new(), Vec::new()) }; 5];
    for round in 0..=ROUNDS {
        let limit = timed!(key.verify_strict(black_box(&plain.canonical), black_box(&bare))?);
        let figures = [
            limit,
            timed!(plain.check(&signer)?),
            timed!(plain.check_with(&in_memory).await?),
            timed!(plain.check_with(&on_sqlite).await?),
            timed!(script.check(&signer)?),
        ];
        // The first round warms up.
        if round > 0 {
            for ((times, ratios), figure) in rows.iter_mut().zip(figures) {
                times.push(figure);
                ratios.push(figure / limit);
            }
        }
    }
    let names = [
        "bare: strict verification of the canonical bytes",
        "read, written in its form, verified with the key at hand",
        "the same, the agent read in memory",
        "the same, the agent read on SQLite",
        "with characters that each language writes its own way, signed by JavaScript: two forms are tried",
    ];
    let mut table = Table::new(["one signature over 1 KiB", "time", "times the bare one"]);
    for (name, (times, ratios)) in names.into_iter().zip(rows) {
        table.row([
            name.to_owned(),
            format!("{:.1} us", median(times)),
            format!("{:.2}", median(ratios)),
        ]);
    }
    println!("{table}");
    Ok(())
}
