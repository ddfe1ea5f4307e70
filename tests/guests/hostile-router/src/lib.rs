//! A router that sends requests where it may not, as the header `x-attack` says; otherwise to the route's own upstream.
//! Never for production.

use serde::Deserialize;
use witgate_plugin::{Plugin, Router, Selection, Target, request};

/// No keys.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {}

/// The guest.
pub struct Hostile;

impl Plugin for Hostile {
    type Config = Config;
    witgate_plugin::metadata!();

    fn configure(_config: Config) -> Result<Self, String> {
        Ok(Self)
    }
}

impl Router for Hostile {
    fn select(&self) -> Selection {
        let to =
            |upstream: &str, path: Option<&str>| Target { path: path.map(str::to_owned), ..Target::upstream(upstream) };
        let target = match request::header_text("x-attack").as_deref() {
            Some("unlisted-upstream") => to("elsewhere", None),
            Some("unknown-upstream") => to("169.254.169.254", None),
            Some("path-up") => to("home", Some("/a/../../etc/passwd")),
            Some("path-encoded") => to("home", Some("/a/%2e%2e/b")),
            Some("path-split") => to("home", Some("/a HTTP/1.1\r\nx-injected: yes")),
            Some("path-authority") => to("home", Some("http://elsewhere.example/")),
            Some("huge-path") => to("home", Some(&"/a".repeat(1 << 20))),
            Some("many-attributes") => Target {
                attributes: (0..1000).map(|n| (format!("a{n}"), "v".to_owned())).collect(),
                ..Target::upstream("home")
            },
            _ => return Selection::Default,
        };
        Selection::To(target)
    }
}

witgate_plugin::export!(router: Hostile);

#[cfg(test)]
mod tests {
    use witgate_plugin::mock;

    use super::*;

    #[test]
    fn it_behaves_unless_asked() {
        let guest: Hostile = mock::configure("{}").unwrap();
        assert_eq!(mock::request("GET", "/").run(|| guest.select()), Selection::Default);
    }
}
