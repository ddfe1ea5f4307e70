//! npm `oidc-provider` as a child, and its one client. Never a copy of its rules: `tests/oracles/provider.mjs` has them.

use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use witgate_tests::conversation::Conversation;
use witgate_tests::oracles;

const CLIENT: &str = "foreign-client";
const SECRET: &str = "a-secret-of-the-tests-only";
const SCOPE: &str = "catalogue:read";
const RESOURCES: &str = "https://api.witgate.test/";

/// The longest that one token may take, on a busy machine.
const TOKEN_DEADLINE: Duration = Duration::from_secs(30);

/// The subject of a token that a client got for itself.
pub const SUBJECT: &str = CLIENT;

/// The running provider.
pub struct Provider {
    /// Its address, and the `iss` of its tokens.
    pub issuer: String,
    conversation: Conversation,
    _folder: TempDir,
}

/// The client of the provider, which asks for tokens.
#[derive(Clone)]
pub struct Client {
    endpoint: String,
    http: reqwest::Client,
}

/// How often the key set was asked for.
pub struct Fetches {
    pub count: u64,
    /// Since the last time.
    pub since: Duration,
}

impl Provider {
    /// Nothing, told as a skip, where it is not installed.
    pub async fn start(what: &str) -> Option<Provider> {
        let script = oracles::node("provider.mjs", what)?;
        let mut conversation = Conversation::start("oidc-provider", script.command);
        let line = conversation.hear().await;
        let issuer = line.strip_prefix("listening on ").unwrap_or_else(|| panic!("no address: {line}")).to_owned();
        Some(Provider { issuer, conversation, _folder: script.folder })
    }

    /// Its section in gateway.toml.
    pub fn section(&self) -> String {
        format!(
            "[issuers.foreign]\nissuer = \"{}\"\naudiences = [\"witgate\"]\ndiscovery = true\n\
             algorithms = [\"RS256\", \"PS256\", \"ES256\", \"EdDSA\"]\n",
            self.issuer
        )
    }

    /// A client for its token endpoint.
    pub fn client(&self) -> Client {
        let http = reqwest::Client::builder().no_proxy().timeout(TOKEN_DEADLINE).build().expect("an HTTP client");
        Client { endpoint: format!("{}/token", self.issuer), http }
    }

    /// The next keys sign from now on; gives their generation.
    pub async fn rotate(&mut self) -> u64 {
        let answer = self.conversation.ask("rotate").await;
        let number = answer.strip_prefix("generation ").and_then(|number| number.parse().ok());
        number.unwrap_or_else(|| panic!("no generation: {answer}"))
    }

    /// How often the key set was asked for until now.
    pub async fn fetches(&mut self) -> Fetches {
        let answer = self.conversation.ask("fetches").await;
        let numbers: Vec<u64> = answer.split(' ').filter_map(|word| word.parse().ok()).collect();
        let [count, since] = numbers[..] else { panic!("no count: {answer}") };
        Fetches { count, since: Duration::from_millis(since) }
    }
}

impl Client {
    /// A token by client_credentials (RFC 6749 section 4.4); the resource indicator (RFC 8707) chooses the algorithm.
    pub async fn token(&self, algorithm: &str) -> String {
        let resource = format!("{RESOURCES}{algorithm}");
        let form = [("grant_type", "client_credentials"), ("scope", SCOPE), ("resource", &resource)];
        let request = self.http.post(&self.endpoint).basic_auth(CLIENT, Some(SECRET)).body(urlencoded(&form));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let answer = request.send().await.expect("an answer of the provider");
        let (status, body) = (answer.status(), answer.text().await.expect("a body"));
        assert_eq!(status, 200, "{body}");
        let body: Value = serde_json::from_str(&body).expect("JSON of the provider");
        body["access_token"].as_str().unwrap_or_else(|| panic!("no token in {body}")).to_owned()
    }
}

/// The values hold no character that a form would have to escape, but `:` and `/`, which readers take as they are.
fn urlencoded(form: &[(&str, &str)]) -> String {
    form.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}
