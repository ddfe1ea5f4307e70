//! `witgate plugin inspect`: what a component is, before anybody trusts it: name, world, imports, config, size, digest.
//!
//! Never configures it and never asks it anything but what it says of itself.

mod text;
mod words;

use serde::Serialize;
use serde_json::Value;

use super::config_schema::{self, Key};
use super::host::Host;
use super::subject::Subject;
use crate::config::World;
use crate::generation::remedy;
use crate::policy::component::{LoadError, contract};
use crate::policy::instance::Description;
use crate::policy::outline::Outline;
use crate::policy::plugin::PluginError;
use crate::policy::specimen::Specimen;
use crate::stage::bare;

pub use text::render;
pub use words::Import;

/// What each import of a component gives it.
pub fn imports(outline: &Outline) -> Vec<Import> {
    words::of(outline)
}

/// What was found.
#[derive(Debug, Clone, Serialize)]
pub struct Inspected {
    /// the component's own name; nothing where it does not start
    pub name: Option<String>,
    /// its version
    pub version: Option<String>,
    /// what it does, in its own words
    pub description: Option<String>,
    /// its role: `authenticator`, `authorizer`, `router` or `filter`
    pub world: Option<&'static str>,
    /// the contract that it was built against, such as `witgate:policy@0.2.0`
    pub contract: Option<String>,
    /// the file
    pub file: String,
    /// its size
    pub bytes: usize,
    /// its digest, as `sha256` of gateway.toml wants it
    pub sha256: String,
    /// what it imports, and what that gives it
    pub imports: Vec<Import>,
    /// the lines that its entry needs below `grants`, or it does not load
    pub grants: Vec<&'static str>,
    /// linear memory of an instance that has just been started, in bytes
    pub memory_bytes: Option<usize>,
    /// the codes that it answers of its own; nothing where it does not say
    pub codes: Option<Vec<String>>,
    /// the keys of its config; nothing where it has no schema
    pub config: Option<Vec<Key>>,
    /// the JSON Schema of its config
    pub config_schema: Option<Value>,
    /// why it does not start, and what to do
    pub fault: Option<(String, String)>,
}

/// Looks at a component.
///
/// # Errors
/// When the file is no component.
pub fn inspect(host: &Host, subject: &Subject) -> Result<Inspected, LoadError> {
    let outline = host.compiler().outline(&subject.bytes)?;
    let mut inspected = of(subject, &outline);
    let Some(world) = outline.worlds.first().copied() else {
        let message = "it exports no role of this gateway's contract".to_owned();
        inspected.fault = Some((message, "build it against this gateway's wit/ folder".to_owned()));
        return Ok(inspected);
    };
    let entry = bare("inspected", world, &outline);
    let specimen = Specimen::of((host.compiler(), host.resources()), &entry, &subject.bytes, Vec::new());
    match specimen.and_then(|specimen| specimen.describe().map_err(PluginError::from)) {
        Ok((description, memory_bytes)) => inspected.learn(description, memory_bytes),
        Err(error) => inspected.fault = Some((error.to_string(), remedy(&error).to_owned())),
    }
    Ok(inspected)
}

fn of(subject: &Subject, outline: &Outline) -> Inspected {
    let imports = imports(outline);
    Inspected {
        name: None,
        version: None,
        description: None,
        world: outline.worlds.first().copied().map(World::word),
        contract: outline.worlds.first().map(|_| contract()),
        file: subject.component.display().to_string(),
        bytes: subject.bytes.len(),
        sha256: outline.digest.to_string(),
        grants: imports.iter().filter_map(|import| import.needs).collect(),
        imports,
        memory_bytes: None,
        codes: None,
        config: None,
        config_schema: None,
        fault: None,
    }
}

impl Inspected {
    fn learn(&mut self, said: Description, memory_bytes: usize) {
        self.name = Some(said.name);
        self.version = Some(said.version);
        self.description = Some(said.description).filter(|about| !about.is_empty());
        self.memory_bytes = Some(memory_bytes);
        match said.config_schema.as_deref().map(config_schema::read) {
            Some(Ok(schema)) => {
                self.config = Some(config_schema::keys(&schema));
                self.codes = config_schema::codes(&schema).map(|codes| codes.into_iter().map(str::to_owned).collect());
                self.config_schema = Some(schema);
            }
            Some(Err(why)) => {
                let message = format!("its config schema is of no use: {why}");
                self.fault = Some((message, "mend what `describe` returns as config-schema".to_owned()));
            }
            None => {}
        }
    }
}
