//! A parameter of an `application/x-www-form-urlencoded` query.
//!
//! Never fails: what cannot be decoded is not there. Never looks past the first of a name, whatever it holds: the upstream
//! gets them all.

use std::borrow::Cow;
use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;

/// The first value of a parameter, decoded; nothing where it is absent or no UTF-8.
pub(super) fn parameter(query: &str, name: &str) -> Option<String> {
    let (_, value) = pairs(query).find(|(key, _)| decoded(key).is_some_and(|key| key == name))?;
    decoded(value).map(Cow::into_owned)
}

/// Every parameter as [`parameter`] reads it, by its decoded name.
pub(crate) fn parameters(query: &str) -> BTreeMap<String, String> {
    let mut firsts = BTreeMap::new();
    for (key, value) in pairs(query).filter(|(key, value)| !(key.is_empty() && value.is_empty())) {
        let Some(key) = decoded(key) else { continue };
        firsts.entry(key.into_owned()).or_insert_with(|| decoded(value).map(Cow::into_owned));
    }
    firsts.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
}

/// Names and values, as they were sent.
fn pairs(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

/// Without a copy where there is nothing to decode: a caller may send thousands of pairs.
fn decoded(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains('+') {
        return percent_decode_str(text).decode_utf8().ok();
    }
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().ok().map(|text| text.into_owned().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded_and_the_first_wins() {
        assert_eq!(parameter("a=1&a=2", "a").as_deref(), Some("1"));
        assert_eq!(parameter("na%6De=x+y%2B", "name").as_deref(), Some("x y+"));
        assert_eq!(parameter("flag&b=", "flag").as_deref(), Some(""));
        assert_eq!(parameter("a=%ff", "a"), None);
        assert_eq!(parameter("", "a"), None);
    }

    #[test]
    fn a_first_that_cannot_be_read_hides_the_others() {
        assert_eq!(parameter("a=%ff&a=1", "a"), None);
        assert_eq!(parameter("%ff=0&a=1", "a").as_deref(), Some("1"), "a name that is none is no name");
        let all = parameters("a=%ff&a=1&b=x+y&b=2&%ff=3&&flag");
        assert_eq!(all, BTreeMap::from([("b".into(), "x y".into()), ("flag".into(), String::new())]));
        assert!(parameters("").is_empty());
    }
}
