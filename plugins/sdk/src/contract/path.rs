//! The canonical path, as the gateway's admission makes it of a request's.
//!
//! Never repairs a path: it is canonical, or the reason why no request has it is said.

/// The longest path, in bytes.
pub const MAX_PATH_BYTES: usize = 8 * 1024;

/// Checks a path that a router rewrites to.
///
/// ```
/// use witgate_plugin::contract;
///
/// assert_eq!(contract::canonical_path("/v2/orders/1"), Ok(()));
/// assert_eq!(contract::canonical_path("/v2/../admin"), Err("has a dot segment"));
/// ```
///
/// # Errors
/// Why it is not canonical; the gateway answers 500 to such a rewrite.
pub fn canonical_path(path: &str) -> Result<(), &'static str> {
    if path.len() > MAX_PATH_BYTES {
        return Err("longer than 8192 bytes");
    }
    let rest = path.strip_prefix('/').ok_or("does not begin with a slash")?;
    let mut segments = rest.split('/').peekable();
    while let Some(text) = segments.next() {
        if text.is_empty() && segments.peek().is_some() {
            return Err("has an empty segment");
        }
        segment(&decoded(text)?)?;
    }
    Ok(())
}

/// Checks one percent-decoded segment: whether any canonical path can have it.
///
/// ```
/// use witgate_plugin::contract;
///
/// assert_eq!(contract::segment("größe".as_bytes()), Ok("größe"));
/// assert_eq!(contract::segment(b"a/b"), Err("has an encoded slash, or a backslash"));
/// ```
///
/// # Errors
/// Why no request has it: the gateway refuses such a request with 400.
pub fn segment(decoded: &[u8]) -> Result<&str, &'static str> {
    let text = std::str::from_utf8(decoded).map_err(|_| "has a segment that is not UTF-8")?;
    if text.contains(['/', '\\']) {
        return Err("has an encoded slash, or a backslash");
    }
    if text.contains(';') {
        return Err("has a `;`, plain or as `%3B`, which some servers cut a path at");
    }
    if text.contains(char::is_control) {
        return Err("has a control character");
    }
    if matches!(text, "." | "..") { Err("has a dot segment") } else { Ok(text) }
}

/// Decodes a segment in its one spelling: escapes in upper case, and only where they must be.
fn decoded(text: &str) -> Result<Vec<u8>, &'static str> {
    let mut rest = text.as_bytes();
    let mut decoded = Vec::with_capacity(rest.len());
    loop {
        rest = match rest {
            [] => return Ok(decoded),
            [b'%', high, low, rest @ ..] => {
                decoded.push(escaped(*high, *low)?);
                rest
            }
            [byte, rest @ ..] if is_plain(*byte) => {
                decoded.push(*byte);
                rest
            }
            _ => return Err("has a character that must be escaped"),
        };
    }
}

fn escaped(high: u8, low: u8) -> Result<u8, &'static str> {
    let digit = |digit: u8| b"0123456789ABCDEF".iter().position(|known| *known == digit);
    let (Some(high), Some(low)) = (digit(high), digit(low)) else { return Err("has a `%` without two digits 0-9 A-F") };
    let value = u8::try_from(high * 16 + low).expect("two hex digits never exceed a byte");
    if is_unreserved(value) { Err("has an escape that is not needed") } else { Ok(value) }
}

/// RFC 3986 section 2.3.
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

/// RFC 3986 section 3.3, `pchar` without escapes.
fn is_plain(byte: u8) -> bool {
    is_unreserved(byte) || b"!$&'()*+,;=:@".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_canonical_paths_pass() {
        for good in ["/", "/orders", "/orders/", "/a/b%20c", "/a@b", "/a%40b", "/%C3%A9", "/..a"] {
            assert_eq!(canonical_path(good), Ok(()), "{good}");
        }
        let long = format!("/{}", "a".repeat(MAX_PATH_BYTES));
        let bad = [
            "", "orders", "//", "/a//b", "/./a", "/a/..", "/a%2Fb", "/a%5Cb", "/a\\b", "/a%c3%a9", "/%61", "/a%",
            "/%4", "/a b", "/a?b", "/a#b", "/\u{e9}", "/%FF", "/%C2%85", "/%00", "/a;b", "/a%3Bb", "/%2E%2E", &long,
        ];
        for path in bad {
            assert!(canonical_path(path).is_err(), "{path}");
        }
    }
}
