//! Path patterns: literal segments, `{name}` for exactly one segment, `/**` at the end for everything beneath.
//!
//! Compares with the canonical path that routing and the upstream see, segment by segment and percent-decoded, as
//! routing does: `/a%40b` must not slip past a rule for `/a@b`. Never decodes a separator: no canonical path has one
//! encoded.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use crate::contract;

/// One parsed pattern.
///
/// ```
/// use witgate_plugin::path::Pattern;
///
/// let orders = Pattern::parse("/orders/{id}")?;
/// assert!(orders.matches("/orders/7") && !orders.matches("/orders/7/lines"));
/// # Ok::<(), String>(())
/// ```
#[derive(Debug, PartialEq, Eq)]
pub struct Pattern {
    segments: Vec<Segment>,
    /// Whether it ends with `/**`: the path itself and all beneath it.
    beneath: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum Segment {
    Literal(String),
    Any,
}

impl Pattern {
    /// Parses a pattern.
    ///
    /// ```
    /// use witgate_plugin::path::Pattern;
    ///
    /// assert!(Pattern::parse("/orders/{id}/**").is_ok());
    /// assert_eq!(Pattern::parse("orders").unwrap_err(), "`orders` must start with `/`");
    /// ```
    ///
    /// # Errors
    /// The sentence for the operator, also where no canonical path could match: a rule that never matches is a slip.
    pub fn parse(pattern: &str) -> Result<Self, String> {
        let rest = pattern.strip_prefix('/').ok_or_else(|| format!("`{pattern}` must start with `/`"))?;
        let (rest, beneath) = match rest.strip_suffix("**") {
            Some("") => return Ok(Self { segments: Vec::new(), beneath: true }),
            Some(rest) => (rest.strip_suffix('/').ok_or_else(|| misplaced(pattern))?, true),
            None => (rest, false),
        };
        let last = rest.split('/').count() - 1;
        let parse =
            |(index, text)| segment(text, index == last && !beneath).map_err(|why| format!("`{pattern}`: {why}"));
        let segments = rest.split('/').enumerate().map(parse).collect::<Result<_, _>>()?;
        Ok(Self { segments, beneath })
    }

    /// Whether a canonical path matches.
    ///
    /// ```
    /// use witgate_plugin::path::Pattern;
    ///
    /// let beneath = Pattern::parse("/admin/**")?;
    /// assert!(beneath.matches("/admin") && beneath.matches("/admin/users/7") && !beneath.matches("/administrators"));
    /// # Ok::<(), String>(())
    /// ```
    pub fn matches(&self, path: &str) -> bool {
        let Some(rest) = path.strip_prefix('/') else { return false };
        let mut given = rest.split('/');
        let fits = |segment: &Segment| given.next().is_some_and(|text| segment.takes(text));
        self.segments.iter().all(fits) && (self.beneath || given.next().is_none())
    }
}

/// A canonical path as routing compares it: `/a%40b` and `/a@b` are one. For policies that compare paths themselves.
///
/// ```
/// assert_eq!(witgate_plugin::path::decoded("/orders%3Acancel"), "/orders:cancel");
/// ```
pub fn decoded(path: &str) -> Cow<'_, str> {
    percent_decode_str(path).decode_utf8_lossy()
}

impl Segment {
    fn takes(&self, text: &str) -> bool {
        match self {
            Self::Literal(literal) => percent_decode_str(text).eq(literal.bytes()),
            Self::Any => !text.is_empty(),
        }
    }
}

/// An empty segment is allowed at the end only: `/orders/` is another path than `/orders`.
fn segment(text: &str, may_be_empty: bool) -> Result<Segment, String> {
    let name = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    match (name, text) {
        (Some(name), _) if is_name(name) => Ok(Segment::Any),
        (_, "") if !may_be_empty => Err("has an empty segment".into()),
        _ if text.contains(['{', '}', '*', '?', '#']) => {
            Err(format!("`{text}` is not a segment: write a literal, `{{name}}`, or `/**` at the end"))
        }
        _ => literal(text),
    }
}

/// What no canonical path has would never match, and a deny rule for it would never deny.
fn literal(text: &str) -> Result<Segment, String> {
    let decoded: Vec<u8> = percent_decode_str(text).collect();
    let literal =
        contract::segment(&decoded).map_err(|why| format!("{why}; the gateway refuses every such request"))?;
    Ok(Segment::Literal(literal.to_owned()))
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

fn misplaced(pattern: &str) -> String {
    format!("`{pattern}`: `**` stands alone after the last `/`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_paths() {
        let cases: [(&str, &[&str], &[&str]); 9] = [
            ("/", &["/"], &["/orders", "//"]),
            ("/orders", &["/orders"], &["/orders/", "/orders/1", "/Orders", "/ordersx", "orders"]),
            ("/orders/", &["/orders/"], &["/orders", "/orders/1"]),
            ("/orders/{id}", &["/orders/1", "/orders/**"], &["/orders", "/orders/", "/orders/1/lines", "/orders/1/"]),
            ("/orders/{id}/lines", &["/orders/1/lines"], &["/orders//lines", "/orders/1"]),
            ("/admin/**", &["/admin", "/admin/", "/admin/a", "/admin/a/b"], &["/administrator", "/", "/x/admin"]),
            ("/**", &["/", "/a", "/a/b/"], &["", "a"]),
            ("/a@b", &["/a@b", "/a%40b"], &["/a%2540b", "/a"]),
            ("/a%2Cb", &["/a,b", "/a%2Cb"], &["/a"]),
        ];
        for (pattern, yes, no) in cases {
            let parsed = Pattern::parse(pattern).unwrap();
            assert!(yes.iter().all(|path| parsed.matches(path)), "{pattern} must match each of {yes:?}");
            assert!(!no.iter().any(|path| parsed.matches(path)), "{pattern} must match none of {no:?}");
        }
    }

    #[test]
    fn patterns_that_no_path_matches_are_refused() {
        let bad = [
            "", "orders", "/a//b", "/a/./b", "/../a", "/a*", "/*/a", "/**/a", "/a**", "/{}", "/{a", "/a{b}", "/a?b",
            "//**",
        ];
        for pattern in bad {
            assert!(Pattern::parse(pattern).is_err(), "{pattern} must be refused");
        }
    }

    #[test]
    fn patterns_that_no_request_can_have_say_why() {
        let cases = [
            ("/admin/%FF/**", "a segment that is not UTF-8"),
            ("/%C0%AE", "a segment that is not UTF-8"),
            ("/admin%2Fusers", "an encoded slash"),
            ("/admin%5cusers", "an encoded slash, or a backslash"),
            ("/admin\\users", "an encoded slash, or a backslash"),
            ("/a%00", "a control character"),
            ("/a\n", "a control character"),
            ("/a%C2%85", "a control character"),
            ("/a/%2E", "a dot segment"),
            ("/a/.%2e/b", "a dot segment"),
            ("/a/../b", "a dot segment"),
            ("/admin;v=1", "a `;`, plain or as `%3B`"),
            ("/admin%3bv", "a `;`, plain or as `%3B`"),
        ];
        for (pattern, expected) in cases {
            let why = Pattern::parse(pattern).expect_err("must be refused");
            assert!(why.contains(expected) && why.contains("refuses every such request"), "{pattern:?}: {why}");
        }
    }
}
