//! `witgate plugin check`: whether the gateway would take a component, step by step, before anybody deploys it.
//!
//! Never serves with it, and never shows a value of a config.

mod finding;
mod imports;
mod starts;
mod text;

use serde::Serialize;
use serde_json::Value;

use super::host::Host;
use super::subject::Subject;
use crate::config::{self, Config, World};
use crate::policy::component::{LoadError, check_pin, contract};
use crate::policy::outline::Outline;
use crate::stage::bare;

pub use finding::{Finding, Outcome};
pub use text::render;

/// Under what a component is checked.
pub enum Setup {
    /// an entry of a gateway.toml, by its index
    Entry(Box<Config>, usize),
    /// default limits, every grant that it imports, and each of these configs, which are called so
    Configs(Vec<(String, Value)>),
}

/// What was found.
#[derive(Debug, Clone, Serialize)]
pub struct Checked {
    /// the file
    pub file: String,
    /// the plugin's entry in gateway.toml, where it was checked under one
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plugin: Option<String>,
    /// in the order of the checks
    pub findings: Vec<Finding>,
}

impl Checked {
    /// Whether the gateway would take it.
    pub fn is_good(&self) -> bool {
        self.findings.iter().all(|finding| finding.outcome != Outcome::Failed)
    }
}

/// Checks a component. Blocks, for as long as compiling takes.
pub fn check(host: &Host, subject: &Subject, setup: &Setup) -> Checked {
    let (file, plugin) = (subject.component.display().to_string(), setup.entry().map(|entry| entry.name.clone()));
    let mut checked = Checked { file, plugin, findings: Vec::new() };
    let mut checking = Checking { host, subject, setup, findings: &mut checked.findings };
    checking.all();
    checked
}

impl Setup {
    fn entry(&self) -> Option<&config::Plugin> {
        match self {
            Self::Entry(config, index) => config.plugins.get(*index),
            Self::Configs(_) => None,
        }
    }
}

/// The checks under way: each adds what it found.
struct Checking<'c> {
    host: &'c Host,
    subject: &'c Subject,
    setup: &'c Setup,
    findings: &'c mut Vec<Finding>,
}

impl Checking<'_> {
    /// Every check, until one fails that the next ones stand on.
    fn all(&mut self) {
        let Some(outline) = self.component() else { return };
        let Some(world) = self.world(&outline) else { return };
        if !self.imports(&outline) {
            return;
        }
        let entry = self.setup.entry().cloned().unwrap_or_else(|| {
            // what a gateway would say of an entry without limits
            config::Plugin { limits: config::PluginLimits::default(), ..bare("checked", world, &outline) }
        });
        self.starts(&entry);
    }

    fn load_fault(&mut self, check: &'static str, error: &LoadError) {
        self.findings.push(Finding::failed(check, error.to_string(), error.remedy()));
    }

    /// Whether it is a component, and the one that is pinned.
    fn component(&mut self) -> Option<Outline> {
        let outline = match self.host.compiler().outline(&self.subject.bytes) {
            Ok(outline) => outline,
            Err(error) => {
                self.load_fault("component", &error);
                return None;
            }
        };
        if let Err(error) = check_pin(outline.digest, self.setup.entry().and_then(|entry| entry.pin)) {
            self.load_fault("component", &error);
            return None;
        }
        let says = format!("{} bytes, sha256 {}", self.subject.bytes.len(), outline.digest);
        self.findings.push(Finding::passed("component", says));
        Some(outline)
    }

    /// Whether it has the world of its entry, or one at all, and fits the contract.
    fn world(&mut self, outline: &Outline) -> Option<World> {
        let wanted = self.setup.entry().map(|entry| entry.world).or(outline.worlds.first().copied());
        let Some(world) = wanted else {
            let remedy = "build it against this gateway's wit/ folder, for one of its worlds";
            self.findings.push(Finding::failed("world", "it exports no role of this gateway's contract", remedy));
            return None;
        };
        match self.host.compiler().fits(&self.subject.bytes, world) {
            Ok(()) => {
                self.findings.push(Finding::passed("world", format!("{world}, {}", contract())));
                Some(world)
            }
            Err(error) => {
                let check = if matches!(error, LoadError::Import(..)) { "imports" } else { "world" };
                self.load_fault(check, &error);
                None
            }
        }
    }
}
