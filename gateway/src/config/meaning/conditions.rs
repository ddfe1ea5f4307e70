//! The conditions of a route: host, path, methods and headers.
//!
//! Never lets a condition through that no request can meet.

use super::names;
use crate::admission::headers;
use crate::config::pattern::{HostPattern, PathPattern, PatternFault};
use crate::config::written::{WrittenPair, WrittenRoute};
use http::{HeaderName, HeaderValue, Method};
use toml::Spanned;
use witgate_settings::fault::Faults;
use witgate_settings::reader::at;
use witgate_settings::suggest;

/// The usual methods, for suggestions.
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// The host condition; `Some(None)` is any host, `None` a fault.
pub(super) fn host(written: Option<&Spanned<String>>, faults: &mut Faults) -> Option<Option<HostPattern>> {
    let Some(text) = written else { return Some(None) };
    note(HostPattern::parse(text.get_ref()), text, faults).map(Some)
}

/// The path condition: exactly one of `path` and `prefix`.
pub(super) fn path(written: &WrittenRoute, faults: &mut Faults) -> Option<PathPattern> {
    match (&written.path, &written.prefix) {
        (Some(path), None) => note(PathPattern::exact(path.get_ref()), path, faults),
        (None, Some(prefix)) => note(PathPattern::prefix(prefix.get_ref()), prefix, faults),
        (Some(path), Some(prefix)) => {
            let places = ((at(prefix), "takes all below"), (at(path), "takes this one path"));
            faults.push_pair(places.0, places.1, "a route has a path or a prefix, not both", "make it two routes");
            None
        }
        (None, None) => {
            let hint =
                "path = \"/orders/{id}\" takes exactly that; prefix = \"/portal\" takes all below; prefix = \"/\" all";
            faults.push(written.span, "this route has neither `path` nor `prefix`", hint);
            None
        }
    }
}

/// The method condition; `None` is any method.
pub(super) fn methods(written: &WrittenRoute, faults: &mut Faults) -> Option<Vec<Method>> {
    let list = written.methods.as_ref()?;
    if list.get_ref().is_empty() {
        let hint = "name the methods, or leave `methods` out to take all";
        faults.push(at(list), "this route cannot be reached: it takes no method", hint);
    }
    names::refuse_repeated("method", list.get_ref(), faults);
    Some(list.get_ref().iter().filter_map(|word| method(word, faults)).collect())
}

/// The header conditions.
pub(super) fn headers(written: &[WrittenPair], prefix: &str, faults: &mut Faults) -> Vec<(HeaderName, HeaderValue)> {
    let mut headers: Vec<(HeaderName, HeaderValue)> = Vec::new();
    for (name, value) in written {
        let Some(header) = header_name(name, faults) else { continue };
        refuse_unmatchable(&header, name, prefix, faults);
        if headers.iter().any(|(earlier, _)| *earlier == header) {
            let hint = "header names have no case: keep one of them";
            faults.push(at(name), format!("the header {header} is there twice"), hint);
        }
        match HeaderValue::from_str(value.get_ref()) {
            Ok(value) => headers.push((header, value)),
            Err(_) => {
                faults.push(at(value), "no header can have this value", "visible characters, blanks and tabs only")
            }
        }
    }
    headers
}

/// A header's name, or a fault.
pub(super) fn header_name(name: &Spanned<String>, faults: &mut Faults) -> Option<HeaderName> {
    let parsed = HeaderName::from_bytes(name.get_ref().as_bytes());
    if parsed.is_err() {
        let hint = "letters, digits and '-', such as \"x-beta\"";
        faults.push(at(name), format!("{:?} is no header name", name.get_ref()), hint);
    }
    parsed.ok()
}

/// Whether the gateway strips this name from every request: '_' counts as '-', as many servers read it.
pub(super) fn is_ours(header: &HeaderName, prefix: &str) -> bool {
    header.as_str().replace('_', "-").starts_with(prefix)
}

fn note<T>(parsed: Result<T, PatternFault>, text: &Spanned<String>, faults: &mut Faults) -> Option<T> {
    parsed.map_err(|fault| faults.push(at(text), fault.message, fault.hint)).ok()
}

fn method(word: &Spanned<String>, faults: &mut Faults) -> Option<Method> {
    let text = word.get_ref();
    if text == "CONNECT" || text == "TRACE" {
        let hint = format!("the gateway is neither a tunnel nor a mirror: take {text} out");
        faults.push(at(word), "this method is never routed", hint);
        return None;
    }
    let upper = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'-');
    match (METHODS.contains(&text.as_str()), suggest::nearest(text, METHODS)) {
        (false, Some(known)) => {
            faults.push(at(word), format!("{text:?} is no method"), format!("did you mean `{known}`?"));
            None
        }
        (false, None) if !upper => {
            faults.push(at(word), format!("{text:?} is no method"), "methods are in upper case, such as \"GET\"");
            None
        }
        _ => Method::from_bytes(text.as_bytes()).ok(),
    }
}

fn refuse_unmatchable(header: &HeaderName, name: &Spanned<String>, prefix: &str, faults: &mut Faults) {
    if is_ours(header, prefix) {
        let message = format!("this route cannot be reached: {header} is stripped from every request");
        let hint = format!("names that begin with {prefix} are the gateway's own; match on another header");
        faults.push(at(name), message, hint);
    } else if header == http::header::HOST {
        faults.push(at(name), "the host is not matched as a header", "write host = \"api.example.com\"");
    } else if headers::is_stripped(header, prefix) {
        let message = format!("this route cannot be reached: {header} is stripped from every request");
        faults.push(at(name), message, "it is gone before routing; match on another header");
    }
}
