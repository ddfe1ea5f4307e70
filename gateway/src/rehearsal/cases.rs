//! A cases.toml, run on the real component. The format is that of `plugins/sdk/src/mock/cases.rs`, word for word.
//!
//! Never shows the entry's own configuration: a case has the file's, or its own.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Failure, Subject, ask, start};
use crate::policy::base64url::encoded;
use crate::policy::exchange::Exchange;
use crate::policy::plugin::Plugin;
use crate::policy::rehearsed::Rehearsed;

/// How many cases a file may have.
const MOST_CASES: usize = 1000;
/// How many failing cases are told of one file.
const MOST_TOLD: usize = 10;
/// The leeway of a profile where the case does not say it, in seconds.
const LEEWAY_SECONDS: u64 = 30;
/// No signature is looked at in a rehearsal.
const SIGNATURE: &str = "AAAA";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    config: Option<Value>,
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    config: Option<Value>,
    request: Asked,
    #[serde(default)]
    claims: Map<String, Value>,
    #[serde(default)]
    issuers: BTreeMap<String, String>,
    token: Option<Token>,
    response: Option<Response>,
    expect: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    method: String,
    path: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    query: BTreeMap<String, String>,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
    peer: Option<IpAddr>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Token {
    header: Map<String, Value>,
    claims: Map<String, Value>,
    #[serde(default)]
    now: u64,
    leeway: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Response {
    status: u16,
}

/// Every case that does not hold, or what is wrong with the file.
pub(super) async fn failures(subject: &Subject<'_>, text: &str) -> Vec<Failure> {
    let faults = match read(text) {
        Ok(file) => run(subject, &file).await,
        Err(fault) => vec![fault],
    };
    let more = faults.len().saturating_sub(MOST_TOLD);
    let mut failures: Vec<Failure> = faults.into_iter().take(MOST_TOLD).map(Failure::Cases).collect();
    if more > 0 {
        failures.push(Failure::Cases(format!("{more} more cases do not hold")));
    }
    failures
}

fn read(text: &str) -> Result<File, String> {
    let file: File = toml::from_str(text).map_err(|error| format!("the file: {}", error.message()))?;
    let mut names = BTreeSet::new();
    if let Some(twin) = file.case.iter().find(|case| !names.insert(&case.name)) {
        return Err(format!("two cases have the name {:?}", twin.name));
    }
    match file.case.len() {
        0 => Err("the file has no case".to_owned()),
        many if many > MOST_CASES => Err(format!("the file has {many} cases; {MOST_CASES} are allowed")),
        _ => Ok(file),
    }
}

/// One instance for each configuration that the cases have; for each case, where a store would tell one of another.
async fn run(subject: &Subject<'_>, file: &File) -> Vec<String> {
    let stored = subject.entry.grants.store.is_some();
    let mut groups: BTreeMap<(String, usize), Vec<&Case>> = BTreeMap::new();
    for (number, case) in file.case.iter().enumerate() {
        let config = case.config.as_ref().or(file.config.as_ref()).map_or_else(|| "{}".to_owned(), Value::to_string);
        groups.entry((config, if stored { number } else { 0 })).or_default().push(case);
    }
    let mut faults = Vec::new();
    for ((config, _), cases) in groups {
        match start(subject, &config) {
            Ok(plugin) => {
                for case in cases {
                    faults.extend(case.fault(&plugin, subject.identity_prefix).await);
                }
            }
            Err(error) => faults.push(format!("{:?}: its config: {error}", cases[0].name)),
        }
    }
    faults
}

/// The answer with names in place of secrets: a case expects the name, and what is told holds no value.
fn unsecret(plugin: &Plugin, answer: Result<Value, String>) -> Result<Value, String> {
    let text = answer.map_err(|fault| plugin.said(&fault).into_owned())?.to_string();
    serde_json::from_str(&plugin.said(&text)).map_err(|_| "its answer cannot be told without its secrets".to_owned())
}

impl Case {
    async fn fault(&self, plugin: &Plugin, identity_prefix: &str) -> Option<String> {
        let status = self.response.as_ref().map(|response| response.status);
        let answer = match self.exchange() {
            Ok(exchange) => ask::ask(plugin, exchange, status, identity_prefix).await,
            Err(fault) => Err(fault),
        };
        let answer = unsecret(plugin, answer);
        let expected = Value::Object(self.expect.clone());
        match answer {
            Ok(answer) if self.holds(&answer) => None,
            Ok(answer) => Some(format!("{:?}: expected {expected}, got {answer}", self.name)),
            Err(fault) => Some(format!("{:?}: expected {expected}, but: {fault}", self.name)),
        }
    }

    /// What is not written is not compared, but for the outcome.
    fn holds(&self, answer: &Value) -> bool {
        self.expect.contains_key("outcome") && self.expect.iter().all(|(key, wanted)| answer.get(key) == Some(wanted))
    }

    fn exchange(&self) -> Result<Exchange, String> {
        let asked = &self.request;
        let mut exchange = ask::request(&asked.method, &asked.path, self.host())?;
        exchange.query = ask::query(pairs(&asked.query));
        exchange.attributes = ask::attributes(pairs(&asked.attributes))?;
        exchange.peer = asked.peer.unwrap_or(exchange.peer);
        for (name, value) in &asked.headers {
            ask::add_header(&mut exchange.headers, name, value.as_bytes())?;
        }
        if let Some(token) = &self.token {
            let credential = format!("Bearer {}", token.text());
            ask::add_header(&mut exchange.headers, "authorization", credential.as_bytes())?;
        }
        Ok(exchange)
    }

    fn host(&self) -> Rehearsed {
        let token = self.token.as_ref();
        Rehearsed {
            issuers: self.issuers.clone(),
            wrong: None,
            now: token.map_or(0, |token| token.now),
            leeway: token.and_then(|token| token.leeway).unwrap_or(LEEWAY_SECONDS),
            claims: Some(Value::Object(self.claims.clone())),
            verified: false,
        }
    }
}

impl Token {
    fn text(&self) -> String {
        let part = |members: &Map<String, Value>| encoded(Value::Object(members.clone()).to_string().as_bytes());
        format!("{}.{}.{SIGNATURE}", part(&self.header), part(&self.claims))
    }
}

fn pairs(map: &BTreeMap<String, String>) -> impl Iterator<Item = (&str, &str)> {
    map.iter().map(|(name, value)| (name.as_str(), value.as_str()))
}
