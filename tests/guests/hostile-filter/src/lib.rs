//! A filter that asks for headers it may not set, as the header `x-attack` says; with `x-attack-response` it does so to
//! the response. Otherwise it changes nothing. Never for production.

use serde::Deserialize;
use witgate_plugin::{Action, Filter, HeaderOp, Plugin, request};

/// Operations, and bytes of one value, that are more than a call may return.
const MANY: usize = 1000;
const VALUE_BYTES: usize = 8000;
const SOME: usize = 20;

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

impl Filter for Hostile {
    fn on_request(&self) -> Action {
        Action::Forward(asked_by("x-attack"))
    }

    fn on_response(&self, _status: u16) -> Vec<HeaderOp> {
        asked_by("x-attack-response")
    }
}

fn asked_by(header: &str) -> Vec<HeaderOp> {
    let set = |name: &str, value: &[u8]| vec![HeaderOp::Set(name.to_owned(), value.to_vec())];
    match request::header_text(header).as_deref() {
        Some("inject-value") => set("x-filtered", b"a\r\nset-cookie: b=c"),
        Some("inject-nul") => set("x-filtered", b"a\0b"),
        Some("inject-name") => set("x-filtered: a\r\nset-cookie", b"b=c"),
        Some("empty-name") => set("", b"v"),
        Some("unicode-name") => set("x-\u{fc}ber", b"v"),
        Some("framing") => set("transfer-encoding", b"chunked"),
        Some("length") => set("content-length", b"0"),
        Some("identity") => set("x-identity-subject", b"root"),
        Some("identity-twin") => set("x_identity_subject", b"root"),
        Some("many") => (0..MANY).map(|n| HeaderOp::Append(format!("x-{n}"), b"v".to_vec())).collect(),
        Some("much") => (0..SOME).map(|n| HeaderOp::Append(format!("x-{n}"), vec![b'v'; VALUE_BYTES])).collect(),
        Some("huge") => set("x-filtered", &vec![b'v'; 2 << 20]),
        _ => Vec::new(),
    }
}

witgate_plugin::export!(filter: Hostile);

#[cfg(test)]
mod tests {
    use witgate_plugin::mock;

    use super::*;

    #[test]
    fn it_behaves_unless_asked() {
        let guest: Hostile = mock::configure("{}").unwrap();
        assert_eq!(mock::request("GET", "/").run(|| guest.on_request()), Action::Forward(Vec::new()));
    }
}
