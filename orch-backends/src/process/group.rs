use std::io;

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use tokio::process::Child;

/// A process that leads a group, and whoever is in it. All of them are killed when it is dropped.
///
/// The leader is not reaped before that: as long as it is not, its number cannot come to mean another group.
#[derive(Debug)]
pub(super) struct Group {
    leader: Option<Pid>,
    /// Reaped by the runtime after it is dropped, or by [`end`](Self::end).
    child: Child,
}

impl Group {
    /// The group of a child that was started as the leader of its own.
    pub(super) fn led_by(child: Child) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self {
            leader: id.and_then(Pid::from_raw),
            child,
        }
    }

    /// Whether the leader has ended. It is not reaped by that.
    pub(super) fn has_ended(&self) -> bool {
        let Some(leader) = self.leader else { return true };
        let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        !matches!(waitid(WaitId::Pid(leader), look), Ok(None))
    }

    /// Kills whoever is left, and says how the leader ended, if it did so by itself.
    pub(super) async fn end(mut self) -> io::Result<std::process::ExitStatus> {
        self.kill();
        self.leader = None;
        self.child.wait().await
    }

    fn kill(&self) {
        if let Some(leader) = self.leader {
            // It fails where nobody is left.
            let _ = kill_process_group(leader, Signal::KILL);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}
