//! What a life says on its standard output.

use std::{fmt, str::FromStr};

use crate::{Fallible, workload::Label};

/// Something that was asked for or answered, one line each.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Acknowledgement {
    /// A request is about to be sent.
    Started { label: Label },
    /// It was answered for good.
    Answered {
        label: Label,
        status: u16,
        /// To the last byte.
        body: String,
    },
}

impl fmt::Display for Acknowledgement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Started { label } => write!(f, "started {label}"),
            Self::Answered { label, status, body } => write!(f, "answered {label} {status} {body}"),
        }
    }
}

impl FromStr for Acknowledgement {
    type Err = Box<dyn std::error::Error + Send + Sync>;

    fn from_str(line: &str) -> Fallible<Self> {
        match line.splitn(4, ' ').collect::<Vec<_>>()[..] {
            ["started", label] => Ok(Self::Started {
                label: label.parse()?,
            }),
            ["answered", label, status, body] => Ok(Self::Answered {
                label: label.parse()?,
                status: status.parse()?,
                body: body.to_owned(),
            }),
            _ => Err(format!("{line:?} is no acknowledgement").into()),
        }
    }
}
