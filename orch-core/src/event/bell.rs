use std::{fmt, sync::Weak};

/// Something that a process did, told to the others soon after it was durable.
///
/// It may get lost, come twice or come late: whoever must not miss it looks at the store now and then.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum News {
    /// A stream of events has grown.
    Grew {
        /// The stream.
        stream: String,
        /// How many events it has at least.
        seq: u64,
        /// Whether it grows no more.
        is_over: bool,
    },
    /// There is work that no worker does.
    Work,
}

/// Carries news between the processes that share stores. Nothing waits for it.
pub trait Bell: fmt::Debug + Send + Sync + 'static {
    /// Tells the others, sooner or later; at once it only takes note of the news. Much news is put together, and too much
    /// of it is dropped.
    fn ring(&self, news: News);

    /// Lets an ear hear what the others tell, and possibly what this process tells itself, for as long as the ear lives.
    fn listen(&self, ear: Weak<dyn Ear>);
}

/// Hears news.
pub trait Ear: fmt::Debug + Send + Sync + 'static {
    /// Hears one piece of it. It must not block.
    fn hear(&self, news: &News);
}
