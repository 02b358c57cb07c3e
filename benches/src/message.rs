//! Messages of HTTP/1.1 as they arrive, for clients and servers that cost next to nothing.

use crate::Outcome;

/// The head of a message that has arrived to its end, which `content-length` says; `None` while some of it is missing.
pub fn head(message: &[u8]) -> Outcome<Option<&str>> {
    let text = std::str::from_utf8(message)?;
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return Ok(None);
    };
    let length: usize = length(head).unwrap_or("0").parse()?;
    Ok((body.len() >= length).then_some(head))
}

/// Whether an answer has arrived to its end, which must be one of status 200 that says its length.
pub fn is_answered(answer: &[u8]) -> Outcome<bool> {
    match head(answer)? {
        None => Ok(false),
        Some(head) if head.starts_with("HTTP/1.1 200") && length(head).is_some() => Ok(true),
        Some(_) => Err(String::from_utf8_lossy(answer).into()),
    }
}

fn length(head: &str) -> Option<&str> {
    head.lines()
        .find_map(|line| line.strip_prefix("content-length: "))
}
