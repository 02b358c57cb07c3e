//! Bodies of requests, read up to their bounds.

use std::{pin::pin, time::Duration};

use axum::body::{Body, Bytes};
use futures_util::future::{Either, select};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use orch::{Clock, SystemClock};

/// The most levels that the JSON of a body nests.
#[cfg(feature = "market")]
pub(crate) const MAX_DEPTH: usize = 64;

/// Why a body cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyFault {
    /// It is longer than allowed.
    TooLarge,
    /// Its JSON nests deeper than [`MAX_DEPTH`].
    #[cfg(feature = "market")]
    TooDeep,
    /// The connection broke before its end, or nobody waits for that any longer.
    Broken,
}

/// How long a body may take to come.
const PATIENCE: Duration = Duration::from_secs(60);

/// Reads a body of at most `limit` bytes, which come within a minute. More than that is never kept.
pub(crate) async fn collect(body: Body, limit: usize) -> Result<Bytes, BodyFault> {
    let collecting = pin!(Limited::new(body, limit).collect());
    let collected = match select(collecting, SystemClock.sleep(PATIENCE)).await {
        Either::Left((collected, _)) => collected,
        Either::Right(_) => return Err(BodyFault::Broken),
    };
    let collected = collected.map_err(|error| {
        if error.is::<LengthLimitError>() {
            BodyFault::TooLarge
        } else {
            BodyFault::Broken
        }
    })?;
    Ok(collected.to_bytes())
}

/// Reads a body of JSON of at most `limit` bytes and [`MAX_DEPTH`] levels.
#[cfg(feature = "market")]
pub(crate) async fn read(body: Body, limit: usize) -> Result<Bytes, BodyFault> {
    let bytes = collect(body, limit).await?;
    if is_deeper(&bytes, MAX_DEPTH) {
        return Err(BodyFault::TooDeep);
    }
    Ok(bytes)
}

#[cfg(feature = "market")]
/// Whether brackets nest deeper than that, seen before anything is parsed.
fn is_deeper(json: &[u8], limit: usize) -> bool {
    let (mut depth, mut in_text, mut is_escaped) = (0_usize, false, false);
    for byte in json {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_text => is_escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => {
                depth += 1;
                if depth > limit {
                    return true;
                }
            }
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

#[cfg(all(test, feature = "market"))]
mod tests {
    use super::*;

    #[test]
    fn depth_counts_brackets_outside_texts() {
        assert!(!is_deeper(b"[[1], [2]]", 2));
        assert!(is_deeper(b"[[[1]]]", 2));
        assert!(!is_deeper(br#"["[[[", "\"[[["]"#, 1));
        assert!(is_deeper(br#"{"a": {"\\": [1]}}"#, 2));
    }

    // The timer goes on by itself when nothing else is to be done.
    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_come_is_not_waited_for() {
        let never = Body::from_stream(futures_util::stream::pending::<Result<Bytes, std::io::Error>>());
        assert_eq!(collect(never, 10).await, Err(BodyFault::Broken));
    }

    #[tokio::test]
    async fn a_body_is_bounded() {
        assert_eq!(read(Body::from("12345"), 5).await.unwrap(), "12345");
        assert_eq!(read(Body::from("123456"), 5).await, Err(BodyFault::TooLarge));
        let deep = "[".repeat(MAX_DEPTH + 1);
        assert_eq!(read(Body::from(deep), 1000).await, Err(BodyFault::TooDeep));
    }
}
