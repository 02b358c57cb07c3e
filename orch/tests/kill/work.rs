//! What a life does that is to be killed: it starts runs, and sees their ends and those of older ones.

use futures_util::{StreamExt, TryStreamExt, stream};
use orch::{Builder, PageRequest};

use crate::{Fallible, host::Host, life::Life, replicas, workload::Label};

/// How many runs of its own a life has going at once.
const AT_ONCE: usize = 6;

/// Bounds a life that has others beside it.
pub(crate) fn configure(builder: Builder, life: &Life) -> Builder {
    if life.files.is_shared() {
        replicas::bound(builder)
    } else {
        builder
    }
}

/// Works without end.
pub(crate) async fn work(host: &Host, life: &Life) -> Fallible<()> {
    let older = host.see_ends(host.open_runs(PageRequest::MAX_LIMIT.into()).await?);
    let new = stream::iter(Label::all_of(life.number)).map(|label| host.run(label));
    tokio::try_join!(older, new.buffer_unordered(AT_ONCE).try_collect::<()>())?;
    Ok(())
}
