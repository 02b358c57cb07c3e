use memchr::memmem::Finder;

use super::bits::Bits;
use crate::text::fold;

/// Between two texts: no folded text has it.
const END: char = '\0';
/// Below this, what is no longer said stays where it is.
const MUCH: usize = if cfg!(test) { 64 } else { 1 << 16 };

/// The titles and descriptions of all agents, folded, in one text that is searched in one go.
#[derive(Debug, Default)]
pub(super) struct Texts {
    all: String,
    /// Where the texts of each slot stand.
    spans: Vec<Span>,
    /// Where texts begin, in order, and whose they are; of nobody any more if it is not that slot's span.
    begins: Vec<(usize, u32)>,
    /// How much of the text is nobody's any more.
    dead: usize,
}

#[derive(Clone, Copy, Debug)]
struct Span {
    start: usize,
    title: usize,
    size: usize,
}

impl Texts {
    /// Adds the texts of the next slot.
    pub(super) fn push(&mut self, title: &str, description: &str) {
        let slot = u32::try_from(self.spans.len()).unwrap_or(u32::MAX);
        let span = self.append(slot, &fold(title), &fold(description));
        self.spans.push(span);
    }

    /// Puts other texts in the place of a slot's.
    pub(super) fn set(&mut self, slot: u32, title: &str, description: &str) {
        let (title, description) = (fold(title), fold(description));
        let held = self.spans[slot as usize];
        let whole = self.text(held).split_once(END);
        if whole == Some((title.as_str(), description.as_str())) {
            return;
        }
        self.dead += held.size;
        self.spans[slot as usize] = self.append(slot, &title, &description);
        if self.dead > MUCH && self.dead > self.all.len() / 2 {
            self.compact();
        }
    }

    /// The folded title.
    pub(super) fn title(&self, slot: u32) -> &str {
        let span = self.spans[slot as usize];
        &self.all[span.start..span.start + span.title]
    }

    /// The slots whose title or description contains a folded text.
    pub(super) fn containing(&self, text: &str) -> Bits {
        let mut found = Bits::none(self.spans.len());
        let finder = Finder::new(text);
        let (mut from, mut turn) = (0, 0);
        while let Some(at) = finder.find(&self.all.as_bytes()[from..]) {
            let at = from + at;
            while self.begins.get(turn + 1).is_some_and(|next| next.0 <= at) {
                turn += 1;
            }
            let Some(&(start, slot)) = self.begins.get(turn) else {
                break;
            };
            if self.spans[slot as usize].start == start {
                found.add(slot);
            }
            // One find of a text is enough.
            match self.begins.get(turn + 1) {
                Some(next) => from = next.0,
                None => break,
            }
        }
        found
    }

    pub(super) fn size_bytes(&self) -> usize {
        self.all.len() + self.spans.len() * size_of::<Span>() + self.begins.len() * 16
    }

    /// What a span covers, without its end.
    fn text(&self, span: Span) -> &str {
        &self.all[span.start..span.start + span.size - END.len_utf8()]
    }

    fn append(&mut self, slot: u32, title: &str, description: &str) -> Span {
        let start = self.all.len();
        self.begins.push((start, slot));
        self.all.push_str(title);
        self.all.push(END);
        self.all.push_str(description);
        self.all.push(END);
        Span {
            start,
            title: title.len(),
            size: self.all.len() - start,
        }
    }

    fn compact(&mut self) {
        let mut all = String::with_capacity(self.all.len() - self.dead);
        self.begins.clear();
        for (span, slot) in self.spans.iter_mut().zip(0_u32..) {
            let start = all.len();
            all.push_str(&self.all[span.start..span.start + span.size]);
            span.start = start;
            self.begins.push((start, slot));
        }
        (self.all, self.dead) = (all, 0);
    }
}
