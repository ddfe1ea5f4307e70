//! The one canonical path of a request: routing, policies and the upstream all see this text and no other.
//!
//! Never guesses: a path that two peers could read differently is refused, not repaired. Never decodes a reserved
//! character (RFC 3986, section 6.2.2.2): the upstream gets the spelling the client chose for those.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// Longest path that is accepted, in bytes, before any decoding.
pub const MAX_PATH_BYTES: usize = 8 * 1024;

/// A path in its one canonical spelling: begins with a slash; only unreserved characters, sub-delimiters, ':', '@',
/// and upper-case escapes; no dot segment; no empty segment but the last.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CanonicalPath(Arc<str>);

impl CanonicalPath {
    /// The canonical text, as sent to the upstream.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text itself, for all who keep it.
    pub fn text(&self) -> &Arc<str> {
        &self.0
    }

    /// The segments, percent-decoded: one for `/` (empty), two for `/a/` (the last one empty). None holds a slash.
    pub fn segments(&self) -> impl Iterator<Item = Cow<'_, str>> {
        let is_escaped = self.0.contains('%');
        self.0[1..].split('/').map(move |segment| match is_escaped {
            true => percent_encoding::percent_decode_str(segment).decode_utf8_lossy(),
            false => Cow::Borrowed(segment),
        })
    }
}

impl fmt::Display for CanonicalPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a path is refused. The answer is always 400.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum PathFault {
    /// Longer than [`MAX_PATH_BYTES`].
    #[error("the path is longer than {MAX_PATH_BYTES} bytes")]
    TooLong,
    /// Does not begin with a slash.
    #[error("the path does not begin with a slash")]
    NotAbsolute,
    /// A byte above 0x7f that is not percent-encoded.
    #[error("the path has a byte outside ASCII that is not percent-encoded")]
    NotAscii,
    /// A blank, '?' or '#': no path has these.
    #[error("the path has a character that no path can have")]
    Character,
    /// '%' without two hex digits.
    #[error("the path has a '%' without two hex digits")]
    Escape,
    /// `%2F` or `%5C`: some peers take them for a separator, others do not.
    #[error("the path has an encoded slash or backslash")]
    EncodedSeparator,
    /// `\`: some peers take it for a slash.
    #[error("the path has a backslash")]
    Backslash,
    /// NUL or another control character, plain or encoded.
    #[error("the path has a control character")]
    Control,
    /// `.` or `..`, plain or encoded.
    #[error("the path has a dot segment")]
    DotSegment,
    /// `;`, plain or encoded: some servers cut a segment there.
    #[error("the path has parameters after ';'")]
    Parameters,
    /// `//`.
    #[error("the path has an empty segment")]
    EmptySegment,
    /// Escapes that do not decode to UTF-8, overlong forms among them.
    #[error("the path has escapes that are not UTF-8")]
    NotUtf8,
}

impl PathFault {
    /// The stable code of the refusal.
    pub fn code(self) -> &'static str {
        match self {
            PathFault::TooLong => "path_too_long",
            PathFault::NotAbsolute => "path_not_absolute",
            PathFault::NotAscii => "path_not_ascii",
            PathFault::Character => "path_character",
            PathFault::Escape => "path_escape",
            PathFault::EncodedSeparator => "path_encoded_separator",
            PathFault::Backslash => "path_backslash",
            PathFault::Control => "path_control_character",
            PathFault::DotSegment => "path_dot_segment",
            PathFault::Parameters => "path_parameters",
            PathFault::EmptySegment => "path_empty_segment",
            PathFault::NotUtf8 => "path_not_utf8",
        }
    }
}

/// Unreserved characters in segments that begin with none of the dots, and no empty segment: such a path is canonical as it
/// stands. Most are so.
fn is_plain(absolute: &str) -> bool {
    let bytes = absolute.as_bytes();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/');
    let sound = |pair: &[u8]| pair[0] != b'/' || !matches!(pair[1], b'/' | b'.');
    bytes.iter().all(|byte| plain(*byte)) && bytes.windows(2).all(sound)
}

/// Makes a request's raw path canonical. Asterisk-form and absolute-form are the caller's affair: it passes the path.
///
/// # Errors
/// Any [`PathFault`]: the request must be refused with 400.
pub fn canonical(raw_path: &str) -> Result<CanonicalPath, PathFault> {
    if raw_path.len() > MAX_PATH_BYTES {
        return Err(PathFault::TooLong);
    }
    if !raw_path.is_ascii() {
        return Err(PathFault::NotAscii);
    }
    let rest = raw_path.strip_prefix('/').ok_or(PathFault::NotAbsolute)?;
    if is_plain(raw_path) {
        return Ok(CanonicalPath(raw_path.into()));
    }
    let mut text = String::with_capacity(raw_path.len());
    let mut decoded = Vec::new();
    let mut segments = rest.split('/').peekable();
    while let Some(segment) = segments.next() {
        if segment.is_empty() && segments.peek().is_some() {
            return Err(PathFault::EmptySegment);
        }
        text.push('/');
        decoded.clear();
        push_segment(segment.as_bytes(), &mut text, &mut decoded)?;
        check_decoded(&decoded)?;
    }
    Ok(CanonicalPath(text.into()))
}

/// Checks a path that stands for one of a request on its way: a policy is handed canonical paths only.
///
/// # Errors
/// What becomes of a request with this path before any policy is asked.
pub fn check(path: &str) -> Result<(), String> {
    match canonical(path) {
        Ok(canonical) if canonical.as_str() == path => Ok(()),
        Ok(canonical) => {
            Err(format!("no policy is asked about {path:?}: the gateway makes `{canonical}` of it; write that"))
        }
        Err(fault) => Err(format!("no policy is asked about {path:?}: {fault}, and the gateway answers 400")),
    }
}

fn push_segment(segment: &[u8], text: &mut String, decoded: &mut Vec<u8>) -> Result<(), PathFault> {
    let mut at = 0;
    while let Some(&byte) = segment.get(at) {
        if byte == b'%' {
            let value = escaped_byte(segment, at)?;
            push_byte(text, value, is_unreserved(value));
            decoded.push(value);
            at += 3;
        } else {
            check_plain(byte)?;
            push_byte(text, byte, is_path_character(byte));
            decoded.push(byte);
            at += 1;
        }
    }
    Ok(())
}

fn escaped_byte(segment: &[u8], at: usize) -> Result<u8, PathFault> {
    let digit = |at: usize| segment.get(at).and_then(|&byte| char::from(byte).to_digit(16));
    let (Some(high), Some(low)) = (digit(at + 1), digit(at + 2)) else {
        return Err(PathFault::Escape);
    };
    // two hex digits never exceed a byte
    let value = (high * 16 + low) as u8;
    match value {
        b'/' | b'\\' => Err(PathFault::EncodedSeparator),
        _ if value.is_ascii_control() => Err(PathFault::Control),
        _ => Ok(value),
    }
}

fn check_plain(byte: u8) -> Result<(), PathFault> {
    match byte {
        b'\\' => Err(PathFault::Backslash),
        b' ' | b'?' | b'#' => Err(PathFault::Character),
        _ if byte.is_ascii_control() => Err(PathFault::Control),
        _ => Ok(()),
    }
}

fn check_decoded(segment: &[u8]) -> Result<(), PathFault> {
    let text = std::str::from_utf8(segment).map_err(|_| PathFault::NotUtf8)?;
    if text.contains(char::is_control) {
        return Err(PathFault::Control);
    }
    if matches!(text, "." | "..") {
        return Err(PathFault::DotSegment);
    }
    // some servers cut a segment at ';', so they would see `/admin` where others see `/admin;x`
    if text.contains(';') {
        return Err(PathFault::Parameters);
    }
    Ok(())
}

fn push_byte(text: &mut String, byte: u8, plain: bool) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    if plain {
        text.push(char::from(byte));
    } else {
        text.push('%');
        text.push(char::from(HEX[usize::from(byte >> 4)]));
        text.push(char::from(HEX[usize::from(byte & 15)]));
    }
}

/// RFC 3986, section 2.3.
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// RFC 3986, section 3.3, `pchar` without escapes.
fn is_path_character(byte: u8) -> bool {
    is_unreserved(byte)
        || matches!(byte, b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b'=' | b':' | b'@')
}

#[cfg(test)]
mod tests;
