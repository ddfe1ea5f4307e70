//! The values of one header: a text, or several in their order.
//!
//! Never empty of meaning: an empty list is a header that is not there.

use serde::{Deserialize, Serialize};

/// One or more texts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct Texts(pub Vec<String>);

#[derive(Serialize, Deserialize)]
#[serde(untagged, expecting = "a header is a text, or a list of texts")]
enum Written {
    One(String),
    Many(Vec<String>),
}

impl From<Written> for Texts {
    fn from(written: Written) -> Self {
        match written {
            Written::One(text) => Self(vec![text]),
            Written::Many(texts) => Self(texts),
        }
    }
}

impl From<Texts> for Written {
    fn from(Texts(mut texts): Texts) -> Self {
        match texts.len() {
            1 => Self::One(texts.remove(0)),
            _ => Self::Many(texts),
        }
    }
}

impl From<String> for Texts {
    fn from(text: String) -> Self {
        Self(vec![text])
    }
}

impl From<&str> for Texts {
    fn from(text: &str) -> Self {
        Self(vec![text.to_owned()])
    }
}
