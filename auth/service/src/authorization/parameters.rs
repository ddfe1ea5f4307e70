//! The parameters of a query or a form. One that is there twice is an error, one that is empty counts as left out
//! (RFC 6749 section 3.1). Never takes more than the limits here.

use thiserror::Error;
use url::form_urlencoded;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Longest query, in bytes: it comes back in a form, encoded once more.
pub const MAX_QUERY_BYTES: usize = 4096;

/// Why the parameters are of no use.
#[derive(Debug, Error, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// More than [`MAX_QUERY_BYTES`].
    #[error("the request has more than {MAX_QUERY_BYTES} bytes")]
    TooLong,
    /// A parameter is there twice.
    #[error("a parameter is there twice")]
    Repeated,
}

/// Decoded names and values, in their order. A form's values may be secret: there is no `Debug`, and they are wiped.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Reads a query string.
    pub fn of_query(query: &str) -> Result<Parameters, Unreadable> {
        if query.len() > MAX_QUERY_BYTES { Err(Unreadable::TooLong) } else { Ok(Parameters::decoded(query.as_bytes())) }
    }

    /// Reads a form, whose length the caller limits.
    pub fn decoded(form: &[u8]) -> Parameters {
        Parameters(form_urlencoded::parse(form).into_owned().collect())
    }

    /// The one value of this name.
    pub fn one(&self, name: &str) -> Result<Option<&str>, Unreadable> {
        let mut values = self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let first = values.next();
        if values.next().is_some() { Err(Unreadable::Repeated) } else { Ok(first.filter(|value| !value.is_empty())) }
    }

    /// Whether any name is there twice.
    pub fn repeats(&self) -> bool {
        let names = || self.0.iter().map(|(name, _)| name);
        names().enumerate().any(|(index, name)| names().take(index).any(|before| before == name))
    }

    /// All of them, in their order.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(query: &str) -> Parameters {
        Parameters::of_query(query).unwrap_or_else(|fault| panic!("{fault}"))
    }

    #[test]
    fn one_value_each() {
        let parameters = read("a=1&b=&c=x%20y+z&d=1&d=1");
        assert_eq!(parameters.one("a"), Ok(Some("1")));
        assert_eq!(parameters.one("b"), Ok(None), "empty is left out");
        assert_eq!(parameters.one("c"), Ok(Some("x y z")));
        assert_eq!(parameters.one("d"), Err(Unreadable::Repeated));
        assert_eq!(parameters.one("e"), Ok(None));
        assert!(parameters.repeats() && !read("a=1&b=1").repeats());
        assert_eq!(read("a=&a=1").one("a"), Err(Unreadable::Repeated));
    }

    #[test]
    fn the_length_is_limited() {
        assert!(Parameters::of_query(&"a".repeat(MAX_QUERY_BYTES)).is_ok());
        assert_eq!(Parameters::of_query(&"a".repeat(MAX_QUERY_BYTES + 1)).err(), Some(Unreadable::TooLong));
    }

    proptest! {
        #[test]
        fn any_form_is_read_without_a_panic(form in proptest::collection::vec(any::<u8>(), 0..200)) {
            let parameters = Parameters::decoded(&form);
            let names: Vec<String> = parameters.pairs().map(|(name, _)| name.to_owned()).collect();
            let twice = names.iter().any(|name| parameters.one(name).is_err());
            prop_assert_eq!(parameters.repeats(), twice);
        }
    }
}
