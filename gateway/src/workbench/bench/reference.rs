//! What a policy's calls are compared with: a component of our own, on the same host, in the same moment.
//!
//! Never changes: a new one would make every saved baseline worthless.

use std::time::{Duration, Instant};

use witgate_cases::Case;

use super::BenchFault;
use super::spread::median;
use crate::config::World;
use crate::policy::plugin::PluginError;
use crate::policy::specimen::{Live, Specimen};
use crate::stage::{self, exchange};
use crate::workbench::host::Host;

/// An authorizer that counts to 5,000 and allows; `reference.wat` is its text, and a test holds the two together.
const COMPONENT: &[u8] = include_bytes!("reference.wasm");
/// Calls of which the median is one time.
const CALLS: usize = 20;
/// Starts of which the median is one time.
const STARTS: usize = 5;

/// See the module.
pub(super) struct Reference(Specimen);

impl Reference {
    /// Loads it.
    pub(super) fn start(host: &Host) -> Result<Self, BenchFault> {
        let outline = host.compiler().outline(COMPONENT)?;
        let entry = stage::bare("reference", World::Authorizer, &outline);
        Ok(Self(Specimen::of((host.compiler(), host.resources()), &entry, COMPONENT, Vec::new())?))
    }

    /// An instance of it.
    pub(super) fn live(&self) -> Result<Live, BenchFault> {
        Ok(self.0.start().map_err(PluginError::from)?)
    }

    /// The CPU time that a start takes now.
    pub(super) fn start_time(&self) -> Result<Duration, BenchFault> {
        let mut times = Vec::with_capacity(STARTS);
        for _ in 0..STARTS {
            times.push(self.live()?.start.cpu);
        }
        Ok(median(&mut times))
    }

    /// What one call takes now.
    pub(super) async fn time(&self, live: &mut Live) -> Result<Duration, BenchFault> {
        let case = Case { name: "the reference".to_owned(), ..Case::default() };
        let broke = |why: String| BenchFault::Case { case: case.name.clone(), why };
        let mut times = Vec::with_capacity(CALLS);
        for _ in 0..CALLS {
            let mut exchange = Box::new(exchange::of(&case).map_err(broke)?);
            let began = Instant::now();
            live.call(&mut exchange, None).await.map_err(|fault| broke(fault.to_string()))?;
            times.push(began.elapsed());
        }
        Ok(median(&mut times))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_component_is_what_its_text_says() {
        let made = wat::parse_str(include_str!("reference.wat")).expect("well-formed text");
        if std::env::var_os("BLESS").is_some() {
            std::fs::write("src/workbench/bench/reference.wasm", &made).expect("a written component");
        }
        assert!(made == COMPONENT, "BLESS=1 writes reference.wasm anew");
    }
}
