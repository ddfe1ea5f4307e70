//! Keeps callers to the tenant of their token: the tenant that the request names must be one of theirs.
//!
//! Never lets pass where either side is missing, and never compares what is no text: `7` is not `"7"`.

mod config;
mod tenant;
mod crossing;

use witgate_plugin::guard::Pass;
use witgate_plugin::{Authorizer, Decision, Plugin, Refusal, claims, info};

pub use config::Config;
use crossing::Crossing;
use tenant::Resource;

const UNNAMED: &str = "tenant_unnamed";
const MISSING: &str = "tenant_missing";
const MISMATCH: &str = "tenant_mismatch";
const HIDDEN: &str = "tenant_hidden";

/// The policy, configured. See the README for its config.
#[derive(Debug)]
pub struct TenantIsolation {
    claim: String,
    resource: Resource,
    cross: Option<Crossing>,
    pass: Pass,
    hide: bool,
}

impl Plugin for TenantIsolation {
    type Config = Config;
    const CODES: &'static [&'static str] = &[UNNAMED, MISSING, MISMATCH, HIDDEN];
    witgate_plugin::metadata!();
    witgate_plugin::schema!();

    fn configure(config: Config) -> Result<Self, String> {
        if config.claim.is_empty() {
            return Err("claim: must not be empty".into());
        }
        let cross = config.cross.map(Crossing::compile).transpose()?;
        let resource = Resource::compile(config.resource)?;
        Ok(Self { claim: config.claim, resource, cross, pass: config.pass, hide: config.hide })
    }
}

impl Authorizer for TenantIsolation {
    fn authorize(&self) -> Decision {
        self.pass.decide(self.against())
    }
}

impl TenantIsolation {
    fn against(&self) -> Option<Refusal> {
        let Some(tenant) = self.resource.tenant() else {
            return Some(Refusal::new(400, UNNAMED, "The request must name one tenant."));
        };
        if crossing::has(&self.claim, &tenant) {
            return None;
        }
        if self.cross.as_ref().is_some_and(Crossing::is_held) {
            // For the record: who may go everywhere should be seen doing it.
            info!("entered another tenant", tenant = tenant);
            return None;
        }
        Some(self.stranger())
    }

    /// Which of the two it is, the operator learns in any case; with `hide` the caller does not.
    fn stranger(&self) -> Refusal {
        let (code, message) = match claims::value(&self.claim) {
            None => (MISSING, "Your token names no tenant."),
            Some(_) => (MISMATCH, "This belongs to another tenant."),
        };
        info!("denied", code = code);
        match self.hide {
            true => Refusal::new(404, HIDDEN, "There is no such resource."),
            false => Refusal::forbidden(code, message),
        }
    }
}

witgate_plugin::export!(authorizer: TenantIsolation);

#[cfg(test)]
mod tests;
