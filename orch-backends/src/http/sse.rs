//! Server-sent events, as the WHATWG's standard reads them: a parser without input or output.

use std::collections::VecDeque;

/// One event of a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// Its type; `message` where the stream does not say.
    pub name: String,
    /// Its data, lines joined by line feeds.
    pub data: String,
    /// The last id that the stream has given; empty if none yet.
    pub id: String,
}

/// An event, or a line of the stream, is larger than allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event of the stream is larger than {limit} bytes")]
pub struct EventTooLarge {
    /// The most bytes that an event may take on the wire.
    pub limit: usize,
}

/// Reads events from pieces of a stream, however it is cut.
///
/// What the stream leaves unfinished is no event, and bytes that are no UTF-8 are replaced, as the standard says.
#[derive(Debug)]
pub struct Parser {
    limit: usize,
    line: Vec<u8>,
    /// The last byte was a carriage return, so a line feed that follows belongs to it.
    after_return: bool,
    is_first_line: bool,
    /// The bytes of the event so far, in finished lines.
    n_bytes: usize,
    name: String,
    data: String,
    has_data: bool,
    id: String,
}

impl Parser {
    /// A parser of a stream whose events, and whose single lines, take at most so many bytes.
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            line: Vec::new(),
            after_return: false,
            is_first_line: true,
            n_bytes: 0,
            name: String::new(),
            data: String::new(),
            has_data: false,
            id: String::new(),
        }
    }

    /// Takes the next piece of the stream, and adds the events that it completes to `events`.
    ///
    /// # Errors
    /// [`EventTooLarge`]; the events before it are added. The parser is of no use any more.
    pub fn push(&mut self, mut piece: &[u8], events: &mut VecDeque<Event>) -> Result<(), EventTooLarge> {
        while !piece.is_empty() {
            if std::mem::take(&mut self.after_return) && piece[0] == b'\n' {
                piece = &piece[1..];
                continue;
            }
            let end = piece.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let text = &piece[..end.unwrap_or(piece.len())];
            if self.n_bytes + self.line.len() + text.len() > self.limit {
                return Err(EventTooLarge { limit: self.limit });
            }
            self.line.extend_from_slice(text);
            let Some(end) = end else { return Ok(()) };
            self.after_return = piece[end] == b'\r';
            piece = &piece[end + 1..];
            events.extend(self.end_line());
        }
        Ok(())
    }

    /// Reads a whole line; an empty one ends an event.
    fn end_line(&mut self) -> Option<Event> {
        let line = std::mem::take(&mut self.line);
        let mut text = line.as_slice();
        if std::mem::take(&mut self.is_first_line) {
            text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        }
        if text.is_empty() {
            return self.end_event();
        }
        let (field, value) = match text.iter().position(|&byte| byte == b':') {
            // A comment, which keeps a connection alive.
            Some(0) => return None,
            Some(colon) => (&text[..colon], &text[colon + 1..]),
            None => (text, &[][..]),
        };
        let value = value.strip_prefix(b" ").unwrap_or(value);
        self.n_bytes += line.len();
        match field {
            b"data" => {
                if std::mem::replace(&mut self.has_data, true) {
                    self.data.push('\n');
                }
                self.data.push_str(&String::from_utf8_lossy(value));
            }
            b"event" => self.name = String::from_utf8_lossy(value).into_owned(),
            b"id" if !value.contains(&0) => self.id = String::from_utf8_lossy(value).into_owned(),
            _ => {}
        }
        None
    }

    fn end_event(&mut self) -> Option<Event> {
        self.n_bytes = 0;
        let name = std::mem::take(&mut self.name);
        let data = std::mem::take(&mut self.data);
        std::mem::take(&mut self.has_data).then(|| Event {
            name: if name.is_empty() {
                "message".to_owned()
            } else {
                name
            },
            data,
            id: self.id.clone(),
        })
    }
}

#[cfg(test)]
mod tests;
