//! `witgate plugin run`: one request on the command line, asked of the real component in the real host.
//!
//! Never waits for anything outside, and never shows a credential that the policy read.

mod case;
mod text;

use serde::Serialize;
use serde_json::{Value, json};
use witgate_cases::{Case, Expect};

use super::host::Host;
use super::subject::Subject;
use crate::config::{self, IDENTITY_PREFIX};
use crate::policy::component::LoadError;
use crate::policy::outline::Roles;
use crate::policy::plugin::PluginError;
use crate::policy::secrecy;
use crate::stage::{self, Heard, Piece, Stage};

pub use case::{Asked, case};
pub use text::render;

use thiserror::Error;

/// Why nothing was asked.
#[derive(Debug, Error)]
pub enum RunFault {
    /// it is no policy, or several
    #[error(transparent)]
    Roles(#[from] Roles),
    /// it is no component
    #[error("{error}; {}", .error.remedy())]
    Load {
        /// why
        #[from]
        error: LoadError,
    },
    /// it does not start under this config
    #[error("{0}")]
    Plugin(#[from] PluginError),
}

/// What was heard.
#[derive(Debug, Clone, Serialize)]
pub struct Ran {
    /// the component's own name and version
    pub component: String,
    /// what was asked; it may hold credentials
    #[serde(skip)]
    pub case: Case,
    /// the answer in the words of cases.toml, or the fault
    pub answer: Value,
    /// whether the policy broke
    pub broke: bool,
    /// what it read, verified, and decided
    pub step: crate::policy::trace::Step,
    /// what it logged
    pub log: Vec<String>,
}

/// Asks a component one case, under an entry or a bare one. `usual` is the config where the case has none.
///
/// # Errors
/// When it does not load or start.
pub fn run(
    host: &Host,
    subject: &Subject,
    entry: Option<&config::Plugin>,
    usual: Option<&Value>,
    case: Case,
) -> Result<Ran, RunFault> {
    let outline = host.compiler().outline(&subject.bytes)?;
    let mut entry = match entry {
        Some(entry) => entry.clone(),
        None => stage::bare(&subject.name(), outline.world()?, &outline),
    };
    entry.grants.environment.extend(case.environment.keys().cloned());
    let piece = Piece {
        compiler: host.compiler(),
        resources: host.resources(),
        entry: &entry,
        bytes: &subject.bytes,
        identity_prefix: IDENTITY_PREFIX,
    };
    let config = case.config.as_ref().or(usual);
    let config_json = config.map_or_else(|| entry.config_json.clone(), Value::to_string);
    let stage = Stage::for_case(&piece, &config_json, &case)?;
    let heard = host.runtime().block_on(stage.ask(&case));
    let about = stage.description();
    Ok(of(format!("{} {}", about.name, about.version), case, &heard))
}

fn of(component: String, case: Case, heard: &Heard) -> Ran {
    Ran {
        component,
        case,
        answer: heard.told(),
        broke: heard.answer.is_err(),
        step: heard.step.clone(),
        log: heard.lines(),
    }
}

impl Ran {
    /// The request as a case that expects this answer. Credentials that were given are left out.
    pub fn as_case(&self) -> String {
        let mut case = self.case.clone();
        case.request.headers.retain(|name, texts| {
            !secrecy::is_secret_name(name) && !texts.0.iter().any(|text| secrecy::is_secret_value(text.as_bytes()))
        });
        case.request
            .query
            .retain(|name, text| !secrecy::is_secret_name(name) && !secrecy::is_secret_value(text.as_bytes()));
        let wanted = match self.answer["fault"].as_str() {
            Some(kind) if self.broke => json!({ "fault": kind }),
            _ => self.answer.clone(),
        };
        case.expect = serde_json::from_value::<Expect>(wanted).unwrap_or_default();
        case.toml()
    }
}
