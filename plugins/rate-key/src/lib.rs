//! Chooses the key by which a limiter behind the gateway counts: the first of some sources that a request has.
//!
//! Never counts by itself, and never lets a client's own header through.

mod config;
mod source;
mod disguise;

use witgate_plugin::{Action, Filter, HeaderOp, Plugin, Refusal, contract, info};

pub use config::Config;
use config::Otherwise;
use disguise::Disguise;
use source::Source;

const MISSING: &str = "rate_key_missing";

/// The policy, configured. See the README for its config.
#[derive(Debug)]
pub struct RateKey {
    header: String,
    sources: Vec<Source>,
    otherwise: Otherwise,
    disguise: Disguise,
}

impl Plugin for RateKey {
    type Config = Config;
    const CODES: &'static [&'static str] = &[MISSING];
    witgate_plugin::metadata!();
    witgate_plugin::schema!();

    fn configure(config: Config) -> Result<Self, String> {
        Ok(Self {
            header: contract::header_name(&config.header).map_err(|why| format!("header: {why}"))?,
            sources: source::compile(config.from, config.hash_key.is_some())?,
            otherwise: config.otherwise,
            disguise: Disguise::compile(config.hash_key)?,
        })
    }
}

impl Filter for RateKey {
    fn on_request(&self) -> Action {
        match (self.sources.iter().find_map(Source::find), self.otherwise) {
            (Some(found), _) => {
                let value = self.disguise.shown(&found).into_bytes();
                Action::Forward(vec![HeaderOp::Set(self.header.clone(), value)])
            }
            (None, Otherwise::Remove) => Action::Forward(vec![HeaderOp::Remove(self.header.clone())]),
            (None, Otherwise::Refuse) => {
                info!("the request has no rate key", code = MISSING);
                Action::Refused(Refusal::forbidden(MISSING, "This request cannot be counted for anybody."))
            }
        }
    }
}

witgate_plugin::export!(filter: RateKey);

#[cfg(test)]
mod tests;
