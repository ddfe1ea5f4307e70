//! What an attack is, and what must come of it. Never how it is done: the guests know.

use witgate_tests::trial::host::clients::Ask;
use witgate_tests::trial::host::ground;

/// Who attacks.
#[derive(Debug, Clone, Copy)]
pub enum By {
    /// `tests/guests/hostile-authorizer`
    Authorizer,
    /// `tests/guests/hostile-authenticator`, behind it an authorizer that allows
    Authenticator,
    /// `tests/guests/hostile-router`
    Router,
    /// `tests/guests/hostile-filter`, in the request
    Filter,
    /// the same, in the response
    ResponseFilter,
    /// a component out of `raw.wat` by the attack's name
    Raw,
}

/// What the caller and the operator see.
#[derive(Debug, Clone, Copy)]
pub enum End {
    /// A fault: 500 `policy_fault`; in metrics of this kind, in the log with these words.
    Fault(&'static str, &'static str),
    /// A refusal of the policy's own: status and code.
    Refused(u16, &'static str),
    /// Nothing: the attack fails by itself.
    Harmless,
}

/// One attack.
#[derive(Debug, Clone)]
pub struct Attack {
    pub name: &'static str,
    pub by: By,
    pub end: End,
}

impl Attack {
    pub const fn of(by: By, name: &'static str, end: End) -> Attack {
        Attack { name, by, end }
    }

    /// The name of its plugin and route; a filter attacks under one name in both directions.
    pub fn plugin(&self) -> String {
        let role = match self.by {
            By::Authorizer => "authorizer",
            By::Authenticator => "authenticator",
            By::Router => "router",
            By::Filter => "filter",
            By::ResponseFilter => "response",
            By::Raw => "raw",
        };
        format!("{role}-{}", self.name)
    }

    /// Its plugin and its route, as text of gateway.toml; no other attack shares them.
    pub fn toml(&self, isolation: &str) -> String {
        let (name, raw) = (self.plugin(), format!("raw_{}", self.name));
        let (world, component) = match self.by {
            By::Authorizer => ("authorizer", "guest_hostile_authorizer"),
            By::Authenticator => ("authenticator", "guest_hostile_authenticator"),
            By::Router => ("router", "guest_hostile_router"),
            By::Filter | By::ResponseFilter => ("filter", "guest_hostile_filter"),
            By::Raw => ("authorizer", raw.as_str()),
        };
        let policies: &[&str] = match self.by {
            By::Authenticator => &[&name, "innocent"],
            _ => &[&name],
        };
        let route = ground::route(&name, policies);
        // what is public may be anonymous
        let route = if matches!(self.by, By::Authenticator) { route.replace("public = true\n", "") } else { route };
        ground::plugin(&name, world, component, &format!("isolation = {isolation:?}\n{}", self.limits())) + &route
    }

    /// Only the endless loop has the usual CPU time: another attack should meet its own limit first, on a slow machine too.
    fn limits(&self) -> &'static str {
        if self.name == "loop" { "limits = { wall-ms = 20000 }" } else { "limits = { cpu-ms = 2000, wall-ms = 20000 }" }
    }

    /// The request that attacks.
    pub fn ask(&self, token: &str) -> Ask {
        let filler = "f".repeat(FILLER_BYTES);
        let ask = self.good(token).with("x-filler", &filler);
        match self.by {
            By::ResponseFilter => ask.with("x-attack-response", self.name),
            _ => ask.with("x-attack", self.name),
        }
    }

    /// A request on the same route that must go well; a raw component knows attacks only.
    pub fn good(&self, token: &str) -> Ask {
        let ask = Ask::of(&format!("{}.test", self.plugin()));
        if matches!(self.by, By::Authenticator) { ask.with("authorization", &format!("Bearer {token}")) } else { ask }
    }
}

/// What a flood of questions asks for again and again, in bytes.
const FILLER_BYTES: usize = 4096;
