use std::collections::VecDeque;

use super::{
    Answer, HttpError,
    sse::{Event, EventTooLarge, Parser},
};

/// The events of an answer, one after the other.
///
/// Dropping it drops the connection. All bounds of the exchange hold: its time, the silence between two pieces, and the
/// bytes of the whole body.
#[derive(Debug)]
pub struct Events {
    answer: Answer,
    parser: Parser,
    ready: VecDeque<Event>,
    fault: Option<EventTooLarge>,
}

impl Events {
    pub(super) fn new(answer: Answer, max_event_bytes: usize) -> Self {
        Self {
            answer,
            parser: Parser::new(max_event_bytes),
            ready: VecDeque::new(),
            fault: None,
        }
    }

    /// Waits for the next event; `None` after the last. An event that is cut off by the end is none.
    ///
    /// # Errors
    /// [`HttpError::EventTooLarge`], or why the body could not be read on.
    pub async fn next(&mut self) -> Result<Option<Event>, HttpError> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Ok(Some(event));
            }
            if let Some(fault) = self.fault {
                return Err(fault.into());
            }
            match self.answer.chunk().await? {
                Some(chunk) => self.fault = self.parser.push(&chunk, &mut self.ready).err(),
                None => return Ok(None),
            }
        }
    }
}
