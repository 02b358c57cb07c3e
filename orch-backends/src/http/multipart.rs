use bytes::Bytes;
use orch_core::hex;
use sha2::{Digest, Sha256};

/// A body of several parts, as HTML forms send files (`multipart/form-data`, RFC 7578).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Multipart {
    /// The parts, in their order.
    pub parts: Vec<Part>,
}

/// One part of a [`Multipart`] body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The name of the field.
    pub name: String,
    /// The name of the file, where it is one.
    pub file_name: Option<String>,
    /// The media type of the content, such as `application/json`.
    pub content_type: String,
    /// The content.
    pub content: Bytes,
}

impl Multipart {
    /// The boundary and the whole body.
    pub(super) fn encode(&self) -> (String, Bytes) {
        let boundary = self.boundary();
        let n_bytes: usize = self.parts.iter().map(|part| part.content.len() + 200).sum();
        let mut body = Vec::with_capacity(n_bytes + 50);
        for part in &self.parts {
            let mut head = format!(
                "--{boundary}\r\ncontent-disposition: form-data; name=\"{}\"",
                quoted(&part.name)
            );
            if let Some(file_name) = &part.file_name {
                head.push_str(&format!("; filename=\"{}\"", quoted(file_name)));
            }
            let content_type: String = part.content_type.chars().filter(|c| !c.is_control()).collect();
            head.push_str(&format!("\r\ncontent-type: {content_type}\r\n\r\n"));
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(&part.content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        (boundary, body.into())
    }

    /// A boundary that stands in no part, because no part can contain its own hash. It needs no chance, and the same
    /// parts are the same bytes when they are sent again.
    fn boundary(&self) -> String {
        let mut hash = Sha256::new();
        for part in &self.parts {
            hash.update(&part.content);
        }
        format!("orch-part-{}", hex::encode(&hash.finalize()[..16]))
    }
}

/// A name as it stands between quotes: what would end it is percent-encoded, as the WHATWG's standard of forms says.
fn quoted(name: &str) -> String {
    let mut quoted = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '"' => quoted.push_str("%22"),
            '\r' => quoted.push_str("%0D"),
            '\n' => quoted.push_str("%0A"),
            c if c.is_control() => {}
            c => quoted.push(c),
        }
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(name: &str, content: &str) -> Part {
        Part {
            name: name.to_owned(),
            file_name: None,
            content_type: "text/plain".to_owned(),
            content: Bytes::copy_from_slice(content.as_bytes()),
        }
    }

    #[test]
    fn parts_are_written_as_the_standard_says() {
        let mut file = part("a\"b", "hello");
        file.file_name = Some("x\r\ny.txt".to_owned());
        file.content_type = "text/plain\r\nevil: 1".to_owned();
        let (boundary, body) = Multipart { parts: vec![file] }.encode();
        assert_eq!(boundary, "orch-part-2cf24dba5fb0a30e26e83b2ac5b9e29e");
        assert_eq!(
            String::from_utf8_lossy(&body),
            format!(
                "--{boundary}\r\ncontent-disposition: form-data; name=\"a%22b\"; filename=\"x%0D%0Ay.txt\"\r\n\
                 content-type: text/plainevil: 1\r\n\r\nhello\r\n--{boundary}--\r\n"
            )
        );
    }

    #[test]
    fn a_part_cannot_foretell_the_boundary() {
        let first = Multipart {
            parts: vec![part("a", "one"), part("b", "two")],
        };
        let (boundary, _) = first.encode();
        let second = Multipart {
            parts: vec![part("a", "one"), part("b", &boundary)],
        };
        assert_ne!(second.encode().0, boundary);
        assert_eq!(first.encode(), first.encode());
    }
}
