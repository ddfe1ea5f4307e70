//! The text of the token that a request is about, kept to tell whether another one is the same.
//!
//! Never shown, and not copied where it stands in a header: a clone of the header's value keeps it where it is.

use std::ops::Range;

use http::HeaderValue;

/// See the module.
#[derive(Clone)]
pub(crate) enum TokenText {
    Copy(Box<str>),
    InHeader(HeaderValue, Range<usize>),
}

impl TokenText {
    /// A token that is a part of a header's value; one from elsewhere is copied.
    pub fn in_header(token: &str, value: &HeaderValue) -> Self {
        match place(token, value.as_bytes()) {
            Some(place) => Self::InHeader(value.clone(), place),
            None => token.into(),
        }
    }

    /// Whether it is this very text. The same piece of memory is: it is kept here, and nobody changes it.
    pub fn is(&self, token: &str) -> bool {
        let text = match self {
            Self::Copy(text) => text.as_bytes(),
            Self::InHeader(value, place) => &value.as_bytes()[place.clone()],
        };
        std::ptr::eq(text, token.as_bytes()) || text == token.as_bytes()
    }
}

impl From<&str> for TokenText {
    fn from(token: &str) -> Self {
        Self::Copy(token.into())
    }
}

/// Where a part stands in the whole.
fn place(part: &str, whole: &[u8]) -> Option<Range<usize>> {
    let from = part.as_ptr().addr().checked_sub(whole.as_ptr().addr())?;
    let place = from..from + part.len();
    whole.get(place.clone()).is_some_and(|found| std::ptr::eq(found, part.as_bytes())).then_some(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_itself_wherever_it_is_kept() {
        let value = HeaderValue::from_static("Bearer  a.b.c ");
        let token = value.to_str().expect("a text").trim_start_matches("Bearer").trim();
        let in_header = TokenText::in_header(token, &value);
        assert!(matches!(in_header, TokenText::InHeader(..)));
        let copied = TokenText::in_header("a.b.c", &value);
        assert!(matches!(copied, TokenText::Copy(_)), "it only looks the same");
        let elsewhere = String::from("a.b.c");
        for text in [in_header, copied] {
            assert!(text.is(token) && text.is(&elsewhere));
            assert!(!text.is("a.b.d") && !text.is("a.b") && !text.is("") && !text.is("a.b.c "));
        }
    }

    #[test]
    fn a_part_of_something_else_has_no_place() {
        let (whole, alike) = (String::from("Bearer a.b.c"), String::from("a.b.c"));
        assert_eq!(place(&whole[7..], whole.as_bytes()), Some(7..12));
        assert_eq!(place(&alike, whole.as_bytes()), None);
        assert_eq!(place(&whole, &whole.as_bytes()[7..]), None);
        assert_eq!(place(&whole, &whole.as_bytes()[..7]), None);
    }
}
