//! Reads a whole file, if it is one that may be read.

use std::{
    fs::{self, File},
    io::Read,
    path::Path,
};

/// The largest file that is read, in bytes.
const MAX_FILE_BYTES: u64 = 16 * 1024 * 1024;

/// The UTF-8 content of a regular file, without a byte order mark; a failure is told as its
/// reason.
pub(super) fn read(path: &Path) -> Result<String, String> {
    // Asked before the file is opened, because opening a named pipe would wait for its writer.
    let metadata = fs::metadata(path).map_err(|error| format!("cannot be read: {error}"))?;
    if !metadata.is_file() {
        return Err("is not a regular file".to_owned());
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| format!("cannot be read: {error}"))?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(format!("is larger than {MAX_FILE_BYTES} bytes"));
    }
    let mut content = String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = valid.iter().filter(|byte| **byte == b'\n').count() + 1;
        format!("line {line}: is not valid UTF-8")
    })?;
    if content.starts_with('\u{feff}') {
        content.remove(0);
    }
    Ok(content)
}
