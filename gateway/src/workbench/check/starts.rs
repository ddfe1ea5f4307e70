//! A component under a config: against its schema, in `configure`, within its limits, and, for an authenticator, against
//! the corpus of what it must refuse.
//!
//! Never shows a value of the config; what the plugin itself says of it is told with the names of its secrets.

use serde_json::Value;

use super::{Checking, Finding, Setup};
use crate::config::{self, IDENTITY_PREFIX, World};
use crate::generation::remedy;
use crate::overview::words::{bytes, time};
use crate::policy::instance::StartError;
use crate::policy::plugin::PluginError;
use crate::policy::specimen::{Specimen, Start};
use crate::rehearsal::{Rehearsal, Subject};
use crate::workbench::config_schema;

impl Checking<'_> {
    /// Starts it under each config.
    pub(super) fn starts(&mut self, entry: &config::Plugin) {
        let schema = match self.schema(entry) {
            Ok(schema) => schema,
            Err(error) => return self.does_not_start("start", &error),
        };
        for (called, config) in self.configs(entry) {
            let entry = config::Plugin { config_json: config.to_string(), ..entry.clone() };
            if self.is_in_schema(schema.as_ref(), &called, &config) && self.is_taken(&called, &entry) {
                self.refuses(&entry);
            }
        }
    }

    fn specimen(&self, entry: &config::Plugin) -> Result<Specimen, PluginError> {
        Specimen::of((self.host.compiler(), self.host.resources()), entry, &self.subject.bytes, Vec::new())
    }

    /// The schema that it has of its config.
    fn schema(&mut self, entry: &config::Plugin) -> Result<Option<Value>, PluginError> {
        let (description, _) = self.specimen(entry)?.describe()?;
        let (name, version) = (description.name, description.version);
        self.findings.push(Finding::passed("start", format!("it says that it is {name} {version}")));
        let Some(text) = description.config_schema else {
            let remedy = "give it one: schema!() in Rust; configSchema, config_schema elsewhere";
            self.findings.push(Finding::noted("config", "it has no schema of its config", remedy));
            return Ok(None);
        };
        Ok(config_schema::read(&text).inspect_err(|why| self.bad_schema(why)).ok())
    }

    fn bad_schema(&mut self, why: &str) {
        let remedy = "mend what `describe` returns as config-schema";
        self.findings.push(Finding::failed("config", format!("its schema is of no use: {why}"), remedy));
    }

    fn configs(&mut self, entry: &config::Plugin) -> Vec<(String, Value)> {
        match self.setup {
            Setup::Entry(..) => {
                let config = serde_json::from_str(&entry.config_json).unwrap_or_default();
                vec![(format!("[plugins.{}.config]", entry.name), config)]
            }
            Setup::Configs(configs) if configs.is_empty() => {
                let remedy = "give it one: --settings '{\"key\": \"value\"}', or --config gateway.toml --plugin NAME";
                self.findings.push(Finding::skipped("config", "no config to try it with", remedy));
                Vec::new()
            }
            Setup::Configs(configs) => configs.clone(),
        }
    }

    fn is_in_schema(&mut self, schema: Option<&Value>, called: &str, config: &Value) -> bool {
        let Some(schema) = schema else { return true };
        match config_schema::faults(schema, config) {
            Ok(faults) if faults.is_empty() => true,
            Ok(faults) => {
                let told = |fault: config_schema::ConfigFault| {
                    Finding::failed("config", format!("{called}: {}: {}", fault.key, fault.message), fault.remedy)
                };
                self.findings.extend(faults.into_iter().map(told));
                false
            }
            Err(why) => {
                self.bad_schema(&why);
                false
            }
        }
    }

    /// Whether it starts under this config, within its limits.
    fn is_taken(&mut self, called: &str, entry: &config::Plugin) -> bool {
        match self.specimen(entry).and_then(|specimen| specimen.start().map_err(PluginError::from)) {
            Ok(live) => {
                self.findings.push(Finding::passed("config", format!("{called}: taken")));
                self.findings.push(Finding::passed("limits", fits(&live.start, entry)));
                true
            }
            Err(error @ PluginError::Start(StartError::Fault(_) | StartError::TooLongForEach(_))) => {
                self.does_not_start("limits", &error);
                false
            }
            Err(error) => {
                let says = format!("{called}: {error}");
                self.findings.push(Finding::failed("config", says, remedy(&error)));
                false
            }
        }
    }

    fn does_not_start(&mut self, check: &'static str, error: &PluginError) {
        self.findings.push(Finding::failed(check, error.to_string(), remedy(error)));
    }

    /// The corpus of credentials that no authenticator may accept.
    fn refuses(&mut self, entry: &config::Plugin) {
        if entry.world != World::Authenticator {
            return;
        }
        let (issuers, identity_prefix) = match self.setup {
            Setup::Entry(config, _) => (config.issuers.as_slice(), config.identity_prefix.as_str()),
            Setup::Configs(_) => (Default::default(), IDENTITY_PREFIX),
        };
        let failures = Rehearsal::new(self.host.runtime().clone()).failures(&Subject {
            compiler: self.host.compiler(),
            resources: self.host.resources(),
            entry,
            bytes: &self.subject.bytes,
            cases: None,
            issuers,
            identity_prefix,
        });
        let told = failures.iter().map(|failure| Finding::failed("refusals", failure.to_string(), failure.remedy()));
        self.findings.extend(told);
        if failures.is_empty() {
            self.findings.push(Finding::passed("refusals", "it refuses every credential of the built-in corpus"));
        }
    }
}

fn fits(start: &Start, entry: &config::Plugin) -> String {
    let (used, most) = (bytes(start.memory_bytes as u64), bytes(entry.limits.memory_bytes as u64));
    format!("{used} of {most} of memory once it is started, within {} of CPU", time(entry.limits.start_cpu))
}
