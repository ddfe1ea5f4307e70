//! A parameter of an `application/x-www-form-urlencoded` query.
//!
//! Never fails: what cannot be decoded is not there.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// The first value of a parameter, decoded; nothing where it is absent or no UTF-8.
pub(super) fn parameter(query: &str, name: &str) -> Option<String> {
    query.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(key)? == name).then(|| decoded(value).map(Cow::into_owned)).flatten()
    })
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
}
