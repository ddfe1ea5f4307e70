//! `witgate plugin bench`: what a call of a policy costs, warm and on a fresh instance, beside a reference that is measured
//! in the same breath, so that a slower machine or a busy one is no slower policy.
//!
//! Never measures what a call is not: HTTP, the chain around it and real signature checks are left out.

mod baseline;
mod reference;
mod rounds;
mod spread;
mod text;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use witgate_cases::{Case, File};

use super::host::Host;
use super::subject::Subject;
use crate::config::{self, World};
use crate::policy::component::{Digest, LoadError};
use crate::policy::outline::Roles;
use crate::policy::plugin::PluginError;
use crate::policy::specimen::Specimen;
use crate::stage;

pub use baseline::{BaselineFault, Change, compare};
pub use spread::Spread;
pub use text::render;

/// What was measured.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measured {
    /// the component's own name and version
    pub component: String,
    /// its digest
    pub sha256: String,
    /// its role
    pub world: String,
    /// the size of its file, in bytes
    pub bytes: usize,
    /// how many cases were asked
    pub cases: usize,
    /// how the gateway that measured was built: `release` or `debug`
    pub build: String,
    /// a call of a warm instance
    pub warm: Spread,
    /// a start, in CPU time, and the first call of the fresh instance
    pub fresh: Spread,
    /// a start alone, in CPU time: instantiate, describe, configure
    pub start: Spread,
    /// the most linear memory that an instance had after its calls, in bytes
    pub memory_bytes: usize,
    /// a warm call of the reference, in nanoseconds, in the median
    pub reference_nanos: u64,
    /// a start of the reference, in nanoseconds of CPU time, in the median
    pub reference_start_nanos: u64,
}

/// Why nothing was measured.
#[derive(Debug, Error)]
pub enum BenchFault {
    /// it is no policy, or several
    #[error(transparent)]
    Roles(#[from] Roles),
    /// it does not load, or refuses a config
    #[error(transparent)]
    Plugin(#[from] PluginError),
    /// it is no component
    #[error("{error}; {}", .error.remedy())]
    Load {
        /// why
        #[from]
        error: LoadError,
    },
    /// a case broke it, or makes no request
    #[error("{case:?}: {why}; `witgate plugin test` says more")]
    Case {
        /// its name
        case: String,
        /// what happened
        why: String,
    },
    /// every case expects a fault
    #[error("there is no case to ask: those that expect a fault are left out; add one that expects an answer")]
    NoCase,
}

/// Measures a component on the cases of a file, under an entry or a bare one. Takes some seconds.
///
/// # Errors
/// When it does not start, or breaks on a case.
pub fn bench(
    host: &Host,
    subject: &Subject,
    entry: Option<&config::Plugin>,
    file: &File,
) -> Result<Measured, BenchFault> {
    let outline = host.compiler().outline(&subject.bytes)?;
    let mut entry = match entry {
        Some(entry) => entry.clone(),
        None => stage::bare("bench", outline.world()?, &outline),
    };
    stage::grant_variables(&mut entry, file);
    let cases: Vec<&Case> = file.cases.iter().filter(|case| case.expect.fault.is_none()).collect();
    if cases.is_empty() {
        return Err(BenchFault::NoCase);
    }
    let benches = rounds::benches(host, &entry, &subject.bytes, file, &cases)?;
    let described = Specimen::of((host.compiler(), host.resources()), &entry, &subject.bytes, Vec::new())?;
    let (about, _) = described.describe().map_err(PluginError::from)?;
    let taken = host.runtime().block_on(rounds::run(&benches, &reference::Reference::start(host)?))?;
    Ok(Measured {
        component: format!("{} {}", about.name, about.version),
        sha256: Digest::of(&subject.bytes).to_string(),
        world: World::word(entry.world).to_owned(),
        bytes: subject.bytes.len(),
        cases: cases.len(),
        build: if cfg!(debug_assertions) { "debug" } else { "release" }.to_owned(),
        warm: taken.warm.spread(&taken.reference),
        fresh: taken.fresh.spread(&taken.reference_starts),
        start: taken.start.spread(&taken.reference_starts),
        memory_bytes: taken.memory_bytes,
        reference_nanos: nanos(spread::median(&mut taken.reference.clone())),
        reference_start_nanos: nanos(spread::median(&mut taken.reference_starts.clone())),
    })
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
