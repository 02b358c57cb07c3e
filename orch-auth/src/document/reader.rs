//! The reader: one pass, and one level of the stack for each level of the document.

use super::{Document, DocumentError, Members, Number, Text, escape::unescape};

/// Reads one value with blanks around it.
pub(super) fn read(text: &str, levels: usize) -> Result<Document<'_>, DocumentError> {
    let mut reader = Reader { text, at: 0, levels };
    let value = reader.value(0)?;
    match reader.peek() {
        None => Ok(value),
        Some(_) => Err(reader.malformed()),
    }
}

struct Reader<'b> {
    text: &'b str,
    at: usize,
    levels: usize,
}

impl<'b> Reader<'b> {
    fn malformed(&self) -> DocumentError {
        DocumentError::Malformed { at: self.at }
    }

    /// The next byte that is no blank.
    fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = bytes.get(self.at) {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }

    /// Takes the next byte if it is this one.
    fn take(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    fn value(&mut self, depth: usize) -> Result<Document<'b>, DocumentError> {
        match self.peek().ok_or_else(|| self.malformed())? {
            b'{' => self.object(self.deeper(depth)?),
            b'[' => self.array(self.deeper(depth)?),
            b'"' => self.string().map(Document::Text),
            b't' => self.word("true", Document::Boolean(true)),
            b'f' => self.word("false", Document::Boolean(false)),
            b'n' => self.word("null", Document::Null),
            _ => self.number(),
        }
    }

    fn deeper(&self, depth: usize) -> Result<usize, DocumentError> {
        if depth < self.levels {
            Ok(depth + 1)
        } else {
            Err(DocumentError::TooDeep { levels: self.levels })
        }
    }

    fn object(&mut self, depth: usize) -> Result<Document<'b>, DocumentError> {
        self.at += 1;
        let mut members = Vec::new();
        if self.take(b'}') {
            return Ok(Document::Object(Members::default()));
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err(self.malformed());
            }
            let name = self.string()?;
            if !self.take(b':') {
                return Err(self.malformed());
            }
            members.push((name, self.value(depth)?));
            if self.take(b'}') {
                return Ok(Document::Object(Members::new(members)));
            }
            if !self.take(b',') {
                return Err(self.malformed());
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<Document<'b>, DocumentError> {
        self.at += 1;
        let mut items = Vec::new();
        if self.take(b']') {
            return Ok(Document::Array(items));
        }
        loop {
            items.push(self.value(depth)?);
            if self.take(b']') {
                return Ok(Document::Array(items));
            }
            if !self.take(b',') {
                return Err(self.malformed());
            }
        }
    }

    /// A text; most have no escapes, and borrow from the body.
    fn string(&mut self) -> Result<Text<'b>, DocumentError> {
        let source = self.text.get(self.at + 1..).ok_or_else(|| self.malformed())?;
        let plain = source
            .bytes()
            .position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f));
        if let Some(end) = plain.filter(|end| source.as_bytes().get(*end) == Some(&b'"')) {
            self.at += end + 2;
            return Ok(Text::borrowed(source.get(..end).unwrap_or_default()));
        }
        let (meant, taken) = unescape(source).ok_or_else(|| self.malformed())?;
        self.at += 1 + taken;
        Ok(Text::owned(meant))
    }

    fn word(&mut self, word: &str, value: Document<'b>) -> Result<Document<'b>, DocumentError> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        if !rest.starts_with(word) {
            return Err(self.malformed());
        }
        self.at += word.len();
        Ok(value)
    }

    fn number(&mut self) -> Result<Document<'b>, DocumentError> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = Number::length(rest.as_bytes()).ok_or_else(|| self.malformed())?;
        let large = DocumentError::LargeNumber { at: self.at };
        let token = rest.get(..length).unwrap_or_default();
        let number = Number::new(token).ok_or(large)?;
        self.at += length;
        Ok(Document::Number(number))
    }
}
