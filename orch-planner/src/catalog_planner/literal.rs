//! Values that a goal spells out: quoted text, paths, addresses, dates and numbers.

use serde_json::Number;

use super::{stem::stem, word::words};

/// A value as a goal spells it out.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Literal {
    /// Text in quotation marks, or all that follows an announcement such as "this text:".
    Quote(String),
    /// Where a file or folder lies.
    Path(String),
    /// A web address.
    Url(String),
    /// An e-mail address.
    Email(String),
    /// A day (`2026-11-21`) or a moment (`2026-11-21T09:30:00Z`), as ISO 8601 writes them.
    Date(String),
    /// A number.
    Number(Number),
}

/// The kinds of literals, for asking which of them something takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LiteralKind {
    Quote,
    Path,
    Url,
    Email,
    Date,
    Number,
}

impl Literal {
    /// Which kind it is.
    pub(super) fn kind(&self) -> LiteralKind {
        match self {
            Self::Quote(_) => LiteralKind::Quote,
            Self::Path(_) => LiteralKind::Path,
            Self::Url(_) => LiteralKind::Url,
            Self::Email(_) => LiteralKind::Email,
            Self::Date(_) => LiteralKind::Date,
            Self::Number(_) => LiteralKind::Number,
        }
    }

    /// As JSON.
    #[cfg(test)]
    pub(super) fn value(&self) -> serde_json::Value {
        match self {
            Self::Quote(text) | Self::Path(text) | Self::Url(text) | Self::Email(text) | Self::Date(text) => {
                text.clone().into()
            }
            Self::Number(number) => number.clone().into(),
        }
    }

    /// What a run of characters without white space spells out, and how many of its bytes that takes. Numbers are
    /// read elsewhere.
    pub(super) fn read(run: &str) -> Option<(Self, usize)> {
        let text = trimmed(run);
        let literal = if is_url(text) {
            Self::Url(text.to_owned())
        } else if is_email(text) {
            Self::Email(text.to_owned())
        } else if is_date(text) {
            Self::Date(text.to_owned())
        } else if is_path(text) {
            Self::Path(text.to_owned())
        } else {
            return None;
        };
        Some((literal, text.len()))
    }

    /// What a quoted text is: a path or an address even where it has spaces in it, else just text.
    pub(super) fn quoted(text: &str) -> Self {
        match Self::read(text) {
            Some((literal, length)) if length == text.len() => literal,
            _ if has_known_extension(text) && !text.contains('\n') && text.len() < 256 => {
                Self::Path(text.to_owned())
            }
            _ => Self::Quote(text.to_owned()),
        }
    }
}

/// The run without the punctuation that belongs to the sentence around it.
fn trimmed(run: &str) -> &str {
    let text = run.trim_end_matches([
        '.', ',', ';', ':', '!', '?', ')', ']', '}', '"', '\'', '”', '’', '»', '>', '`',
    ]);
    match text.strip_suffix("'s").or_else(|| text.strip_suffix("’s")) {
        Some(owner) => owner,
        None => text,
    }
}

fn is_url(text: &str) -> bool {
    let scheme = text.split_once("://").filter(|(_, rest)| !rest.is_empty());
    let is_www = text.len() > 6 && text.starts_with("www.") && text[4..].contains('.');
    is_www
        || scheme.is_some_and(|(scheme, _)| {
            !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}

fn is_email(text: &str) -> bool {
    let fits = |char: char| char.is_alphanumeric() || "._%+-".contains(char);
    text.split_once('@').is_some_and(|(name, host)| {
        let has_dot = host
            .split_once('.')
            .is_some_and(|(left, right)| !left.is_empty() && right.len() > 1);
        !name.is_empty() && has_dot && name.chars().all(fits) && host.chars().all(fits)
    })
}

fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = |range: std::ops::Range<usize>| {
        bytes
            .get(range)
            .is_some_and(|part| part.iter().all(u8::is_ascii_digit))
    };
    let day = bytes.len() >= 10
        && digits(0..4)
        && bytes[4] == b'-'
        && digits(5..7)
        && bytes[7] == b'-'
        && digits(8..10);
    let moment =
        || bytes[10] == b'T' && bytes.len() >= 16 && digits(11..13) && bytes[13] == b':' && digits(14..16);
    day && (1..=12).contains(&number(&text[5..7]))
        && (1..=31).contains(&number(&text[8..10]))
        && (bytes.len() == 10 || moment())
}

fn number(digits: &str) -> u32 {
    digits.parse().unwrap_or(0)
}

fn is_path(text: &str) -> bool {
    let of_a_path = |char: char| char.is_alphanumeric() || "/\\._-~:+@%#=$".contains(char);
    if text.len() < 3 || !text.chars().all(of_a_path) || !text.chars().any(char::is_alphabetic) {
        return false;
    }
    let separators = text.matches(['/', '\\']).count();
    let is_rooted = ["/", "./", "../", "~/", ".\\", "..\\"]
        .iter()
        .any(|root| text.starts_with(root))
        || matches!(text.as_bytes(), [drive, b':', b'\\' | b'/', ..] if drive.is_ascii_alphabetic());
    let is_deep = separators >= 2 && !text.contains("//");
    let is_folder = separators == 1 && text.ends_with('/');
    let has_extension = separators >= 1 && extension(text).is_some();
    is_rooted || is_deep || is_folder || has_extension || has_known_extension(text)
}

/// The stems by which a later wish may refer to a value: the words of a path or an address.
pub(super) fn names_of(literal: &Literal) -> Vec<String> {
    match literal {
        Literal::Path(text) | Literal::Url(text) => words(text).iter().map(|word| stem(word)).collect(),
        _ => Vec::new(),
    }
}

/// The extension of the last part of a path, in lower case.
pub(super) fn extension(path: &str) -> Option<String> {
    let name = path.rsplit(['/', '\\']).next()?;
    let (stem, extension) = name.rsplit_once('.')?;
    let fits =
        (1..=8).contains(&extension.len()) && extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let has_letter = extension.bytes().any(|byte| byte.is_ascii_alphabetic());
    (!stem.is_empty() && fits && has_letter).then(|| extension.to_ascii_lowercase())
}

fn has_known_extension(text: &str) -> bool {
    extension(text).is_some_and(|extension| EXTENSIONS.contains(&extension.as_str()))
}

/// Extensions by which a bare file name is known from other words with a period in them.
const EXTENSIONS: &[&str] = &[
    "3ds", "3mf", "7z", "aac", "aif", "aiff", "apk", "avi", "avif", "avro", "bak", "bin", "blend", "bmp",
    "bz2", "c", "cfg", "conf", "cpp", "cr2", "cs", "css", "csv", "dae", "dat", "db", "dll", "dmg", "dng",
    "doc", "docx", "dta", "dwg", "dxf", "eml", "env", "epub", "exe", "fasta", "fastq", "fbx", "feather",
    "flac", "flv", "fsa", "gcode", "geojson", "gif", "glb", "gltf", "go", "gpx", "gz", "h", "h5", "hdf5",
    "heic", "htm", "html", "ics", "iges", "igs", "ini", "ipynb", "iso", "jar", "java", "jfif", "jpeg", "jpg",
    "js", "json", "jsonl", "jsx", "kml", "kt", "log", "lua", "m4a", "m4v", "md", "mid", "midi", "mkv",
    "mobi", "mov", "mp3", "mp4", "mpeg", "mpg", "msi", "mtl", "nc", "ndjson", "nef", "npy", "npz", "obj",
    "odf", "odp", "ods", "odt", "ogg", "onnx", "orc", "otf", "parquet", "pbf", "pdf", "pem", "php", "pickle",
    "pkl", "plist", "ply", "png", "ppt", "pptx", "ps", "psd", "pst", "pth", "py", "r", "rar", "rb", "rds",
    "rs", "rst", "rtf", "sas", "sav", "scss", "sh", "shp", "skp", "sldprt", "sql", "sqlite", "srt", "step",
    "stl", "stp", "svg", "swift", "sxw", "tar", "tex", "tgz", "tif", "tiff", "toml", "ts", "tsv", "tsx",
    "ttf", "txt", "usdz", "vcf", "vcs", "vsdx", "vtt", "wasm", "wav", "webm", "webp", "wma", "wmv", "woff",
    "woff2", "xls", "xlsm", "xlsx", "xml", "xmp", "xz", "yaml", "yml", "zip",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(run: &str) -> Option<LiteralKind> {
        Literal::read(run).map(|(literal, _)| literal.kind())
    }

    #[test]
    fn literals_are_known_by_their_looks() {
        for path in [
            "a/b.csv",
            "letters.csv",
            "./notes",
            "../x/",
            "/etc/hosts",
            "~/a.txt",
            "data/",
            "a/b/c",
            "C:\\a.txt",
            "x.tar.gz.",
            "notes.md,",
            "notes.txt?",
            "notes.md's",
        ] {
            assert_eq!(kind(path), Some(LiteralKind::Path), "{path}");
        }
        for url in ["https://example.com/a?b=c.", "www.example.com", "ftp://x"] {
            assert_eq!(kind(url), Some(LiteralKind::Url), "{url}");
        }
        assert_eq!(kind("ann@example.com,"), Some(LiteralKind::Email));
        assert_eq!(kind("2026-11-21."), Some(LiteralKind::Date));
        assert_eq!(kind("2026-11-21T09:30:00Z"), Some(LiteralKind::Date));
        for word in [
            "and/or",
            "e.g.",
            "i.e.",
            "U.S.",
            "3.5",
            "v1.2",
            "2026-13-01",
            "01/02/2026",
            "a@b",
            "end.Then",
            "://",
            "...",
        ] {
            assert_eq!(kind(word), None, "{word}");
        }
    }

    #[test]
    fn punctuation_stays_with_the_sentence() {
        assert_eq!(
            Literal::read("a/b.csv)."),
            Some((Literal::Path("a/b.csv".into()), 7))
        );
    }

    #[test]
    fn a_quoted_path_may_have_spaces() {
        assert_eq!(Literal::quoted("my notes.txt").kind(), LiteralKind::Path);
        assert_eq!(Literal::quoted("my notes").kind(), LiteralKind::Quote);
    }
}
