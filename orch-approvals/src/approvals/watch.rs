use std::{
    pin::pin,
    sync::{Arc, Weak},
};

use futures_util::future::select;
use orch_core::{
    ApprovalId, Caller, Timestamp,
    event::{Ear, News},
};
use tokio::sync::watch::Receiver;

use super::{Approvals, Shared};
use crate::{Approval, ApprovalError};

/// Hears that something happened to approvals, of whatever account.
#[derive(Debug)]
pub struct Changes {
    shared: Arc<Shared>,
    heard: Receiver<u64>,
}

impl Approvals {
    /// Returns the approval once it is decided or its time is over, or as it stands at `until`.
    ///
    /// # Errors
    /// [`NotFound`](ApprovalError::NotFound), also for one that the caller may not see.
    pub async fn wait(
        &self,
        caller: &Caller,
        id: &ApprovalId,
        until: Timestamp,
    ) -> Result<Approval, ApprovalError> {
        let Shared {
            clock, options, live, ..
        } = &*self.0;
        let happened = live.of(id);
        loop {
            let mut happens = happened.subscribe();
            let approval = self.find(caller, id).await?;
            let now = clock.now();
            if approval.status(now).is_final() || now >= until {
                return Ok(approval);
            }
            let look_at = until.min(now + options.poll_interval).min(approval.expires_at);
            select(pin!(happens.changed()), clock.sleep_until(look_at)).await;
        }
    }

    /// Hears from now on that something happens to approvals.
    pub fn changes(&self) -> Changes {
        Changes {
            heard: self.0.live.all(),
            shared: self.0.clone(),
        }
    }

    /// What hears of other processes, so that who waits here learns soon of what is decided there. Without it they only
    /// look now and then. It lives as long as the service.
    pub fn ear(&self) -> Weak<dyn Ear> {
        let shared: Arc<dyn Ear> = self.0.clone();
        Arc::downgrade(&shared)
    }
}

impl Changes {
    /// Returns once something happened since this was asked before, or when it is time to look whether it did.
    pub async fn next(&mut self) {
        let Shared { clock, options, .. } = &*self.shared;
        select(pin!(self.heard.changed()), clock.sleep(options.poll_interval)).await;
    }
}

impl Ear for Shared {
    fn hear(&self, news: &News) {
        if let News::Grew { stream, .. } = news
            && let Some(id) = Approval::of_stream(stream)
        {
            self.live.heard(&id);
        }
    }
}
