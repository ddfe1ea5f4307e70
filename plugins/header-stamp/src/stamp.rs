//! The changes of one direction, checked, and what they come to for the request under way.
//!
//! Never skips a header it was told to set: it is set, or removed.
use std::collections::BTreeSet;

use witgate_plugin::contract::MAX_OPERATIONS;
use witgate_plugin::{HeaderOp, claims, request, warn};

use crate::config::{WrittenSource, WrittenStamps};
use crate::{name, value};

/// Headers to set and to remove; no name is in there twice.
#[derive(Debug)]
pub struct Stamps {
    set: Vec<(String, Source)>,
    remove: Vec<String>,
}

/// Where a value comes from.
#[derive(Debug)]
enum Source {
    Claim(String),
    Attribute(String),
    Fixed(String),
}

/// Why a header gets no value.
enum Missing {
    Absent,
    Illegal,
}

impl Stamps {
    /// Checks number, names and fixed values; an error names the key.
    pub fn compile(written: WrittenStamps) -> Result<Self, String> {
        let operations = written.set.len() + written.remove.len();
        if operations > MAX_OPERATIONS {
            return Err(format!("set: {operations} headers to set and remove; {MAX_OPERATIONS} are allowed"));
        }
        let mut names = BTreeSet::new();
        let mut set = Vec::with_capacity(written.set.len());
        for (name, source) in written.set {
            let source = Source::compile(source).map_err(|why| format!("set.{name}{why}"))?;
            set.push((unique(&name, &mut names).map_err(|why| format!("set.{name}: {why}"))?, source));
        }
        let mut remove = Vec::with_capacity(written.remove.len());
        for (index, name) in written.remove.iter().enumerate() {
            remove.push(unique(name, &mut names).map_err(|why| format!("remove[{index}]: {why}"))?);
        }
        Ok(Self { set, remove })
    }

    /// The changes for the request under way.
    pub fn ops(&self) -> Vec<HeaderOp> {
        let set = self.set.iter().map(|(name, source)| source.op(name));
        set.chain(self.remove.iter().cloned().map(HeaderOp::Remove)).collect()
    }
}

impl Source {
    fn compile(written: WrittenSource) -> Result<Self, String> {
        match (written.claim, written.attribute, written.value) {
            (Some(claim), None, None) if !claim.is_empty() => Ok(Self::Claim(claim)),
            (None, Some(attribute), None) if !attribute.is_empty() => Ok(Self::Attribute(attribute)),
            (None, None, Some(text)) if value::is_legal(&text) => Ok(Self::Fixed(text)),
            (None, None, Some(_)) => Err(format!(
                ".value: is no legal header value (no control characters, no outer blanks, at most {} bytes)",
                value::MAX_BYTES
            )),
            _ => Err(": give exactly one of `claim`, `attribute`, `value`, and no empty name".into()),
        }
    }

    fn op(&self, name: &str) -> HeaderOp {
        match self.text() {
            Ok(text) => HeaderOp::Set(name.to_owned(), text.into_bytes()),
            Err(Missing::Absent) => HeaderOp::Remove(name.to_owned()),
            Err(Missing::Illegal) => {
                // Never the value itself: it may be an attack on the log as well.
                warn!("the value cannot stand in a header; the header is removed", header = name);
                HeaderOp::Remove(name.to_owned())
            }
        }
    }

    fn text(&self) -> Result<String, Missing> {
        let text = match self {
            Self::Fixed(text) => return Ok(text.clone()),
            Self::Attribute(name) => request::attribute(name).ok_or(Missing::Absent)?,
            Self::Claim(name) => {
                let claim = claims::value(name).ok_or(Missing::Absent)?;
                value::of_claim(&claim).ok_or(Missing::Illegal)?
            }
        };
        if value::is_legal(&text) { Ok(text) } else { Err(Missing::Illegal) }
    }
}

fn unique(name: &str, names: &mut BTreeSet<String>) -> Result<String, String> {
    let name = name::parse(name)?;
    if !names.insert(name.clone()) {
        return Err(format!("`{name}` is there twice; a header is set once or removed once"));
    }
    Ok(name)
}
