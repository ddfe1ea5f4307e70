//! A gateway whose routes ask policies of every language, and a mint whose tokens it trusts. Never a policy without its limits.

use reqwest::{Method, Response};
use serde_json::Value;
use witgate_tests::languages::{Language, Policy};
use witgate_tests::session::problem_code;
use witgate_tests::{Mint, Stack, StackBuilder};

/// No test here is about the time that a call may wait.
const LIMITS: &str = "limits = { wall-ms = 20000 }";
/// The same, and what docs/plugins.md says that the interpreters need beyond the defaults.
const PYTHON_LIMITS: &str = "limits = { instances = 64, wall-ms = 20000 }";

/// A running gateway, and who signs its tokens.
pub struct Gateway {
    pub stack: Stack,
    mint: Mint,
}

/// The policies of a test with their components; nothing, told as a skip, where the tools are missing.
pub fn components(policies: &[Policy]) -> Option<Vec<(Policy, Vec<u8>)>> {
    let built = policies.iter().map(|policy| Some((*policy, std::fs::read(policy.component()?).expect("a component"))));
    built.collect()
}

/// The `[plugins.NAME]` table of a policy, with its cases; `more` are lines of it.
pub fn plugin(policy: Policy, more: &str) -> String {
    let (name, file) = (policy.name(), policy.file());
    let limits = if name.starts_with("py-") { PYTHON_LIMITS } else { LIMITS };
    let cases = policy.cases().map(|file| format!("cases = {file:?}")).unwrap_or_default();
    let world = policy.world();
    format!("[plugins.{name}]\nworld = \"{world}\"\nfile = \"plugins/{file}.wasm\"\n{limits}\n{cases}\n{more}\n")
}

impl Gateway {
    /// Starts it with these policies; `toml` has their tables and routes.
    pub async fn start(components: &[(Policy, Vec<u8>)], toml: &str) -> Gateway {
        let mint = Mint::serve().await;
        let builder = StackBuilder::new().trusting(&mint).with(toml);
        let added = components.iter().fold(builder, |builder, (policy, bytes)| builder.adding(&policy.file(), bytes));
        Gateway { stack: added.start().await, mint }
    }

    /// A token of the mint whose claims are the good ones with these changed.
    pub fn token(&self, changes: &Value) -> String {
        let mut claims = self.mint.claims();
        let members = changes.as_object().expect("an object of claims");
        members.iter().for_each(|(name, value)| claims[name] = value.clone());
        self.mint.sign(&claims)
    }

    /// Asks for /whoami on the named route.
    pub async fn ask(&self, route: &str, method: Method, token: &str, headers: &[(&str, &str)]) -> Response {
        let request = self.stack.ask(method, "/whoami").header("x-test-route", route).bearer_auth(token);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        request.send().await.expect("an answer")
    }

    /// The same; the status, and the code where it was refused.
    pub async fn answer(&self, route: &str, token: &str, headers: &[(&str, &str)]) -> (u16, String) {
        let answer = self.ask(route, Method::GET, token, headers).await;
        let status = answer.status().as_u16();
        (status, if status < 400 { String::new() } else { problem_code(answer).await })
    }
}

/// Both languages.
pub const BOTH: [Language; 2] = [Language::JavaScript, Language::Python];
