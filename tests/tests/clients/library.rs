//! One of the two libraries as a running script, and what it can be told to do. Never judges its answers.

use serde_json::{Value, json};
use tempfile::TempDir;
use witgate_tests::conversation::Conversation;
use witgate_tests::oracles::{self, Script};

use crate::provider::{Registered, SCOPE};

/// The libraries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Library {
    /// npm `openid-client`.
    OpenidClient,
    /// Python's Authlib.
    Authlib,
}

impl Library {
    /// Its script; nothing, told as a skip, where it is not installed.
    pub fn script(self) -> Option<Script> {
        match self {
            Library::OpenidClient => oracles::node("client.mjs", "npm openid-client against the auth service"),
            Library::Authlib => oracles::python("client.py", "Authlib against the auth service"),
        }
    }
}

/// The library, after it discovered the issuer.
pub struct RelyingParty {
    conversation: Conversation,
    _folder: TempDir,
}

impl RelyingParty {
    /// Starts the script as this client of `issuer`.
    pub async fn start(script: Script, issuer: &str, client: &Registered) -> RelyingParty {
        let mut conversation = Conversation::start(client.id, script.command);
        let setup = json!({
            "issuer": issuer, "client_id": client.id, "client_secret": client.secret, "method": client.method,
            "redirect_uri": client.redirect_uri, "scope": SCOPE,
        });
        let metadata = read(&conversation.ask(&setup.to_string()).await);
        assert_eq!(metadata["issuer"], issuer, "{metadata}");
        RelyingParty { conversation, _folder: script.folder }
    }

    /// Tells it to do something.
    pub async fn ask(&mut self, what: &Value) -> Value {
        read(&self.conversation.ask(&what.to_string()).await)
    }

    /// The same, where it must succeed.
    pub async fn succeed(&mut self, what: &Value) -> Value {
        let answer = self.ask(what).await;
        assert!(answer.get("error").is_none(), "{what}: {answer}");
        answer
    }
}

fn read(line: &str) -> Value {
    serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON of a library: {line}"))
}
