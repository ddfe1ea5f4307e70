//! The path of a route: exact, with `{parameters}` of one segment each, or a prefix of whole segments.
//!
//! Never matches half a segment: the prefix `/port` does not take `/portal`. Never compares spellings: literals and
//! requests are both percent-decoded, so that `/a%40b` cannot slip past a route for `/a@b`.

use super::PatternFault;
use crate::admission::path::canonical;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// How the names of attributes begin that are parameters of the path.
pub const PATH_ATTRIBUTE: &str = "path.";

/// Most segments in one pattern.
const MAX_SEGMENTS: usize = 64;

/// Which paths a route takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathPattern {
    text: String,
    segments: Vec<Segment>,
    is_prefix: bool,
}

/// One segment of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// This text, percent-decoded. Empty only as the last segment: the path ends in a slash.
    Literal(String),
    /// Any one segment that is not empty, and the attribute that it becomes: [`PATH_ATTRIBUTE`] with the parameter's name.
    Param(Arc<str>),
}

impl PathPattern {
    /// Reads `path = "/orders/{id}"`.
    ///
    /// # Errors
    /// Says what is wrong with the text and what to write instead.
    pub fn exact(text: &str) -> Result<PathPattern, PatternFault> {
        let segments = read_segments(text)?;
        refuse_repeated_params(&segments)?;
        Ok(PathPattern { text: text.to_owned(), segments, is_prefix: false })
    }

    /// Reads `prefix = "/portal"`: that path and every one below it. `/` takes every path.
    ///
    /// # Errors
    /// Says what is wrong with the text and what to write instead.
    pub fn prefix(text: &str) -> Result<PathPattern, PatternFault> {
        if text == "/" {
            return Ok(PathPattern { text: text.to_owned(), segments: Vec::new(), is_prefix: true });
        }
        if let Some(shorter) = text.strip_suffix('/') {
            let hint = format!("write {shorter:?}: it takes {shorter} and everything below it");
            return Err(PatternFault::new("a prefix does not end in a slash", hint));
        }
        let segments = read_segments(text)?;
        if segments.iter().any(|segment| matches!(segment, Segment::Param(_))) {
            return Err(PatternFault::new("a prefix has no parameters", "use `path`, or a prefix of plain segments"));
        }
        Ok(PathPattern { text: text.to_owned(), segments, is_prefix: true })
    }

    /// Whether this is a prefix.
    pub fn is_prefix(&self) -> bool {
        self.is_prefix
    }

    /// The segments; of `/` as a prefix: none.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// How many segments are parameters.
    pub fn param_count(&self) -> usize {
        self.segments.iter().filter(|segment| matches!(segment, Segment::Param(_))).count()
    }

    /// Whether a path of these percent-decoded segments is one of these.
    pub fn matches(&self, decoded: &[Cow<'_, str>]) -> bool {
        let long_enough =
            if self.is_prefix { decoded.len() >= self.segments.len() } else { decoded.len() == self.segments.len() };
        long_enough && self.segments.iter().zip(decoded).all(|(segment, text)| segment.matches(text))
    }

    /// The parameters of a path that matches, by attribute, percent-decoded.
    pub fn params(&self, decoded: &[Cow<'_, str>]) -> Vec<(Arc<str>, String)> {
        let named = self.segments.iter().zip(decoded).filter_map(|(segment, text)| match segment {
            Segment::Param(attribute) => Some((Arc::clone(attribute), text.to_string())),
            Segment::Literal(_) => None,
        });
        named.collect()
    }
}

impl Segment {
    fn matches(&self, text: &str) -> bool {
        match self {
            Segment::Literal(literal) => literal == text,
            Segment::Param(_) => !text.is_empty(),
        }
    }
}

impl fmt::Display for PathPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn read_segments(text: &str) -> Result<Vec<Segment>, PatternFault> {
    let Some(rest) = text.strip_prefix('/') else {
        return Err(PatternFault::new("a path begins with a slash", format!("write {:?}", format!("/{text}"))));
    };
    let written: Vec<&str> = rest.split('/').collect();
    if written.len() > MAX_SEGMENTS {
        let hint = format!("a pattern has at most {MAX_SEGMENTS} segments; use a prefix");
        return Err(PatternFault::new("this path is too deep", hint));
    }
    let last = written.len() - 1;
    written.iter().enumerate().map(|(at, segment)| read_segment(segment, at == last)).collect()
}

fn read_segment(written: &str, is_last: bool) -> Result<Segment, PatternFault> {
    if let Some(name) = written.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        return read_param(name);
    }
    if written.is_empty() && !is_last {
        return Err(never_matches("the path has an empty segment"));
    }
    if written.contains(['{', '}']) {
        return Err(PatternFault::new(
            "a parameter takes a whole segment",
            "write it between two slashes, such as \"/orders/{id}\"; a plain brace is %7B or %7D",
        ));
    }
    if written.contains(['?', '#']) || written.contains(char::is_whitespace) {
        return Err(PatternFault::new(
            "a path has no query, fragment or blank",
            "a route matches the path only; in a path these characters are %3F, %23 and %20",
        ));
    }
    decode_literal(written).map(Segment::Literal)
}

fn read_param(name: &str) -> Result<Segment, PatternFault> {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if name.is_empty() || !name.bytes().all(good) {
        return Err(PatternFault::new(
            format!("{{{name}}} is no parameter name"),
            "letters, digits, '-' and '_', such as {id}; a parameter takes exactly one segment",
        ));
    }
    Ok(Segment::Param(format!("{PATH_ATTRIBUTE}{name}").into()))
}

/// A literal is read as a request's path would be, or the route could never be reached.
fn decode_literal(written: &str) -> Result<String, PatternFault> {
    let encoded: String = written.chars().map(encode_if_foreign).collect();
    let path = canonical(&format!("/{encoded}")).map_err(|fault| never_matches(&fault.to_string()))?;
    Ok(path.segments().collect())
}

/// Other alphabets may be written plainly in a pattern; on the wire they are always percent-encoded.
fn encode_if_foreign(character: char) -> String {
    if character.is_ascii() {
        return character.to_string();
    }
    utf8_percent_encode(character.encode_utf8(&mut [0; 4]), NON_ALPHANUMERIC).to_string()
}

fn refuse_repeated_params(segments: &[Segment]) -> Result<(), PatternFault> {
    for (at, segment) in segments.iter().enumerate() {
        if let Segment::Param(attribute) = segment
            && segments[..at].contains(segment)
        {
            let name = &attribute[PATH_ATTRIBUTE.len()..];
            return Err(PatternFault::new(
                format!("the parameter {{{name}}} is there twice"),
                "give each its own name",
            ));
        }
    }
    Ok(())
}

fn never_matches(what: &str) -> PatternFault {
    PatternFault::new(
        format!("no request can match: {what}"),
        "such requests are refused before routing (400); write the path without it",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn takes(pattern: &PathPattern, path: &str) -> bool {
        let segments: Vec<Cow<'_, str>> = path[1..].split('/').map(Cow::from).collect();
        pattern.matches(&segments)
    }

    #[test]
    fn a_prefix_takes_whole_segments() {
        let portal = PathPattern::prefix("/portal").unwrap();
        assert!(takes(&portal, "/portal") && takes(&portal, "/portal/") && takes(&portal, "/portal/a/b"));
        assert!(!takes(&portal, "/portals") && !takes(&portal, "/"));
        let all = PathPattern::prefix("/").unwrap();
        assert!(takes(&all, "/") && takes(&all, "/a/b"));
    }

    #[test]
    fn a_parameter_takes_one_segment_that_is_not_empty() {
        let order = PathPattern::exact("/orders/{id}").unwrap();
        assert!(takes(&order, "/orders/7"));
        assert!(!takes(&order, "/orders/") && !takes(&order, "/orders") && !takes(&order, "/orders/7/lines"));
    }

    #[test]
    fn a_trailing_slash_is_another_path() {
        let orders = PathPattern::exact("/orders").unwrap();
        assert!(takes(&orders, "/orders") && !takes(&orders, "/orders/"));
        let slashed = PathPattern::exact("/orders/").unwrap();
        assert!(!takes(&slashed, "/orders") && takes(&slashed, "/orders/"));
    }

    #[test]
    fn what_no_request_can_have_is_refused() {
        for text in ["a", "//", "/a//b", "/.", "/a/../b", "/%2e", "/..;x", "/a%2Fb", "/a\\b", "/a%0ab", "/%", "/%ff"] {
            assert!(PathPattern::exact(text).is_err(), "{text:?} was accepted");
        }
        assert_eq!(
            PathPattern::exact("/café").unwrap().segments(),
            PathPattern::exact("/caf%c3%a9").unwrap().segments()
        );
        for text in ["/a{b}", "/{}", "/{a b}", "/a?b", "/a b", "/{a}/{a}"] {
            assert!(PathPattern::exact(text).is_err(), "{text:?} was accepted");
        }
    }
}
