use std::{fmt, str::FromStr};

/// Where a request stands in a distributed trace, as the header `traceparent` of W3C Trace Context says it (version 00).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TraceParent {
    trace: u128,
    span: u64,
    flags: u8,
}

/// A text is no [`TraceParent`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no traceparent of version 00")]
pub struct TraceParentError;

/// Knows the trace that the host is in, from its own spans.
pub trait Traces: fmt::Debug + Send + Sync + 'static {
    /// Where the code that now runs stands in it; `None` outside of any trace.
    fn current(&self) -> Option<TraceParent>;
}

/// Keeps no traces.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoTraces;

impl Traces for NoTraces {
    fn current(&self) -> Option<TraceParent> {
        None
    }
}

impl TraceParent {
    /// The name of its header.
    pub const HEADER: &str = "traceparent";

    /// A place in a trace; `None` where an id is zero, which the standard forbids.
    pub fn new(trace: u128, span: u64, sampled: bool) -> Option<Self> {
        let flags = u8::from(sampled);
        (trace != 0 && span != 0).then_some(Self { trace, span, flags })
    }
}

impl fmt::Display for TraceParent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{:032x}-{:016x}-{:02x}", self.trace, self.span, self.flags)
    }
}

impl fmt::Debug for TraceParent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for TraceParent {
    type Err = TraceParentError;

    fn from_str(text: &str) -> Result<Self, TraceParentError> {
        let is_hex = |part: &str| part.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        let parts: Vec<&str> = text.split('-').collect();
        let &["00", trace, span, flags] = parts.as_slice() else {
            return Err(TraceParentError);
        };
        if [trace.len(), span.len(), flags.len()] != [32, 16, 2]
            || ![trace, span, flags].into_iter().all(is_hex)
        {
            return Err(TraceParentError);
        }
        let parsed = Self {
            trace: u128::from_str_radix(trace, 16).map_err(|_| TraceParentError)?,
            span: u64::from_str_radix(span, 16).map_err(|_| TraceParentError)?,
            flags: u8::from_str_radix(flags, 16).map_err(|_| TraceParentError)?,
        };
        if parsed.trace == 0 || parsed.span == 0 {
            return Err(TraceParentError);
        }
        Ok(parsed)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_example_of_the_standard_reads() {
        let text = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        assert_eq!(text.parse::<TraceParent>().unwrap().to_string(), text);
    }

    #[test]
    fn other_texts_do_not() {
        for text in [
            "",
            "00",
            "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-+af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
        ] {
            assert_eq!(text.parse::<TraceParent>(), Err(TraceParentError), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(trace in 1u128.., span in 1u64.., sampled: bool) {
            let parent = TraceParent::new(trace, span, sampled).unwrap();
            prop_assert_eq!(parent.to_string().parse(), Ok(parent));
        }
    }
}
