use std::sync::{Arc, Weak};

use orch_core::{
    RunId,
    event::{Ear, News},
};

use super::{Orchestrations, Shared};

impl Orchestrations {
    /// What hears of other processes, so that watchers here learn soon of what happens there, and the worker of new work.
    /// Without it they only look now and then. It lives as long as the service.
    pub fn ear(&self) -> Weak<dyn Ear> {
        let shared: Arc<dyn Ear> = self.0.clone();
        Arc::downgrade(&shared)
    }
}

impl Ear for Shared {
    fn hear(&self, news: &News) {
        match news {
            News::Grew { stream, seq, is_over } => {
                let Ok(run) = stream.parse::<RunId>() else {
                    return;
                };
                self.lives.moved(run, *seq);
                if *is_over {
                    self.lives.over(run);
                }
            }
            News::Work => self.desk.ring(),
            _ => {}
        }
    }
}
