use orch_billing::{Grant, LedgerStore, Refusal, Settled};
use orch_core::StoreError;

use super::{Broken, Fault, store::give_way};

impl Broken {
    pub(super) async fn faulty_grant(&self, grant: &Grant) -> Result<Settled<()>, StoreError> {
        let again = Grant {
            key: format!("{} {}", grant.key, self.next()),
            ..grant.clone()
        };
        match self.fault {
            Fault::GrantsTwice => self.inner.grant(&again).await,
            Fault::JoinsNames if !self.is_new(&format!("{}/{}", grant.account, grant.key)) => Ok(Ok(())),
            Fault::GrantsWithoutLimit => match self.inner.grant(grant).await? {
                Err(Refusal::TooLarge) => Ok(Ok(())),
                settled => Ok(settled),
            },
            Fault::LooksBeforeItGrants => {
                let is_unknown = !self.names.lock().unwrap().contains(&grant.key);
                give_way().await;
                self.is_new(&grant.key);
                self.inner.grant(if is_unknown { &again } else { grant }).await
            }
            _ => self.inner.grant(grant).await,
        }
    }
}
