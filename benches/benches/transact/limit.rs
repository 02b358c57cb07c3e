//! What a transaction writes, without orch.

use std::{net::SocketAddr, ops::Range};

use futures_util::future::try_join_all;
use orch::{
    Entropy, OsEntropy,
    backends::{SqlStore, sql::Value},
};
use orch_benches::{Outcome, Recorder, Script, cpu, play};

use crate::{
    client::Client,
    house::{House, consumer},
};

/// The number of the transaction that is watched.
const WATCHED: usize = 999_999;
/// How many bytes a signature has.
const SIGNATURE: usize = 64;

/// The units of work of one transaction.
pub(crate) struct TransactionScript(Script);

impl TransactionScript {
    /// What a transaction writes, by being watched as it writes it.
    pub(crate) async fn record(provider: SocketAddr) -> Outcome<Self> {
        let recorder = Recorder::of(SqlStore::in_memory().await?.engine().clone());
        let house = House::over(SqlStore::new(recorder.clone()), 1, provider).await?;
        recorder.take();
        let mut client = Client::connect(house.address()).await?;
        client
            .ask(&house.request("/v1/a2a/transact", 0, WATCHED)?)
            .await?;
        house.end().await;
        let mut script = recorder.take();
        let writes = |sql| move |unit: &orch_benches::UnitScript| unit.does(sql);
        let (begins, ends) = (
            writes("INSERT INTO orch_transactions"),
            writes("UPDATE orch_transactions"),
        );
        script.units.retain(|unit| begins(unit) || ends(unit));
        match script.units.len() {
            2 => Ok(Self(script)),
            n_units => Err(format!("a transaction is {n_units} units of work").into()),
        }
    }

    /// The same for another transaction, with a signature of its own.
    fn renamed(&self, client: usize, number: usize) -> Script {
        let script = self.0.renamed(number);
        let script = script.replaced(&format!("tx_{WATCHED}"), &format!("tx_{number}"));
        let mut script = script.replaced(&consumer(0), &consumer(client));
        let mut signature = [0; SIGNATURE];
        OsEntropy.fill(&mut signature);
        for value in script.values_mut() {
            if let Value::Bytes(bytes) = value
                && bytes.len() == SIGNATURE
            {
                *bytes = signature.to_vec().into();
            }
        }
        script
    }
}

/// What the units of a transaction cost with the engine alone, of so many callers at once.
pub(crate) async fn bare(
    store: &SqlStore,
    script: &TransactionScript,
    n_callers: usize,
    numbers: Range<usize>,
) -> Outcome<f64> {
    let renamed = |caller| numbers.clone().map(move |number| script.renamed(caller, number));
    let scripts: Vec<Vec<Script>> = (0..n_callers).map(|caller| renamed(caller).collect()).collect();
    let played = async {
        let callers = scripts.into_iter().map(|scripts| {
            let store = store.clone();
            tokio::spawn(async move {
                for unit in scripts.into_iter().flat_map(|script| script.units) {
                    play(&store, unit).await?;
                }
                Outcome::Ok(())
            })
        });
        for caller in try_join_all(callers).await? {
            caller?;
        }
        Ok(n_callers * numbers.len())
    };
    cpu::spent(played).await
}
