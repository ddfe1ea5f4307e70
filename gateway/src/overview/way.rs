//! What a request goes through on one route, in sentences: who is asked, what each may use, who may refuse, how long it
//! may take.
//!
//! Never shows a plugin's config or the place of a secret.

use std::fmt::Write as _;

use super::routes::Line;
use super::words::{bytes, list, time};
use crate::config::{self, Config, Isolation, OnFault, Route, World};
use crate::generation::Generation;
use crate::policy::plugin::Plugin;

/// How many digits of a digest are shown: as many as tell components apart.
const DIGEST_DIGITS: usize = 12;

/// The way of a route; nothing where the generation has none of this name.
pub fn told(generation: &Generation, name: &str) -> Option<String> {
    let config = &generation.config;
    let route = config.routes.iter().find(|route| route.name == name)?;
    let mut way = Way { text: String::new(), config, route, line: Line::of(config, route) };
    way.taken();
    way.admitted();
    way.policies(generation);
    way.onward();
    way.refusals();
    Some(way.text)
}

struct Way<'g> {
    text: String,
    config: &'g Config,
    route: &'g Route,
    line: Line,
}

impl Way<'_> {
    fn say(&mut self, depth: usize, words: &str) {
        let _ = writeln!(self.text, "{}{words}", "  ".repeat(depth));
    }

    fn taken(&mut self) {
        let line = &self.line;
        let methods = line.methods.as_ref().map_or_else(|| "any method".to_owned(), |methods| list(methods, "or"));
        let host = line.host.as_deref().map_or_else(|| "any host".to_owned(), |host| format!("the host {host}"));
        let below = if line.prefix { " and everything below it" } else { "" };
        let mut words = format!("Route {} takes {methods} at {host} for {}{below}", line.name, line.path);
        for (name, value) in &line.headers {
            let _ = write!(words, ", where the header {name} is {value:?}");
        }
        self.say(0, &format!("{words}."));
        if self.route.public {
            self.say(0, "It is public: callers without a token are let in.");
        }
    }

    fn admitted(&mut self) {
        let limits = &self.config.limits;
        let head = format!(
            "at most {} headers in {}, complete within {}",
            limits.headers,
            bytes(limits.header_bytes as u64),
            time(limits.header_timeout)
        );
        self.say(0, "First the gateway itself:");
        self.say(1, &format!("takes a head of {head}, and a body of at most {}", bytes(limits.body_bytes)));
        self.say(
            1,
            &format!(
                "strips what only it may say: hop-by-hop, forwarding and {}* headers",
                self.config.identity_prefix
            ),
        );
        if self.route.sensitive {
            self.say(
                1,
                "asks the token's issuer whether it is active, while its feed is older than 30 s, or it has none",
            );
        }
    }

    fn policies(&mut self, generation: &Generation) {
        if self.route.policies.is_empty() {
            self.say(0, "No policy is asked.");
            return;
        }
        self.say(0, "Then these policies, in this order:");
        for (number, index) in self.route.policies.iter().enumerate() {
            let (entry, plugin) = (&self.config.plugins[*index], &generation.plugins[*index]);
            self.policy(number + 1, entry, plugin);
        }
    }

    fn policy(&mut self, number: usize, entry: &config::Plugin, plugin: &Plugin) {
        let digest = plugin.digest().to_string();
        let about = plugin.description();
        let pinned = if entry.pin.is_some() { ", pinned" } else { "" };
        let digest = digest.get(..DIGEST_DIGITS).unwrap_or(&digest);
        self.say(
            1,
            &format!(
                "{number}. {} {}: {} {} (sha256 {digest}{pinned})",
                entry.world, entry.name, about.name, about.version
            ),
        );
        self.say(3, self.part(entry.world));
        let grants = entry.grants.phrases();
        let grants = if grants.is_empty() { "nothing beyond its world".to_owned() } else { list(&grants, "and") };
        self.say(3, &format!("is granted {grants}"));
        let limits = &entry.limits;
        let (cpu, wall, memory) = (time(limits.cpu), time(limits.wall), bytes(limits.memory_bytes as u64));
        let isolation = match entry.isolation {
            Isolation::Instance => "instances serve one call after another",
            Isolation::Request => "each call has an instance of its own",
        };
        self.say(3, &format!("may use {cpu} of CPU and {wall} in one call, and {memory}; {isolation}"));
        self.say(3, &broken(entry));
        if let Some(shadow) = &entry.shadow {
            let share = f64::from(shadow.share_millionths) / 1e4;
            self.say(3, &format!("a candidate is asked beside it in {share} % of its calls, and not obeyed"));
        }
    }

    /// What a policy of this world does on this route.
    fn part(&self, world: World) -> &'static str {
        match (world, self.route.public) {
            (World::Authenticator, false) => "says who calls; only a verified token counts, and it may refuse",
            (World::Authenticator, true) => "says who calls, or that nobody is known; it may refuse",
            (World::Authorizer, _) => "allows (no further authorizer is asked), refuses, or leaves it to the next",
            (World::Router, _) => "chooses the upstream, or refuses",
            (World::Filter, _) => "changes headers of the request and of the answer, or refuses the request",
        }
    }

    fn onward(&mut self) {
        let upstreams: Vec<&config::Upstream> =
            self.route.choices.iter().map(|index| &self.config.upstreams[*index]).collect();
        let chosen = if upstreams.len() > 1 {
            "Then it goes where the router says, by default to the first:"
        } else {
            "Then it goes to:"
        };
        self.say(0, chosen);
        for upstream in upstreams {
            let (connect, answer) = (time(upstream.connect_timeout), time(upstream.response_timeout));
            let authority = &upstream.authority;
            self.say(
                1,
                &format!(
                    "{} at http://{authority}: {connect} to connect, {answer} to the head of its answer",
                    upstream.name
                ),
            );
        }
        for (name, claim) in &self.route.identity_headers {
            self.say(1, &format!("with {name}, from the claim {claim}"));
        }
        let whole = time(self.config.limits.request_timeout);
        self.say(0, &format!("All of this has {whole}, from the end of the request's head to the head of the answer."));
    }

    fn refusals(&mut self) {
        let has = |world| self.line.policies.iter().any(|policy| policy.world == world);
        let (authenticated, authorized) = (has(World::Authenticator), has(World::Authorizer));
        let names: Vec<String> = self.line.policies.iter().map(|policy| policy.name.clone()).collect();
        self.say(0, "It may be refused:");
        self.say(1, "by the gateway: 400, 408, 413, 501 for what it does not take, 502 or 504 for the upstream");
        if !names.is_empty() {
            self.say(1, &format!("by {}, with a status and code of their own", list(&names, "or")));
            self.say(1, "for a policy that breaks: 500 policy_fault, or 503 policy_unavailable while it is not asked");
        }
        if authenticated && !self.route.public {
            self.say(1, "without an identity: 401 anonymous_refused");
        }
        if authorized {
            self.say(1, "where every authorizer leaves it to the next: 403 not_permitted");
        }
    }
}

fn broken(entry: &config::Plugin) -> String {
    let consequence = match entry.on_fault {
        OnFault::Close => "a fault of it refuses the request",
        OnFault::Skip => "a fault of it leaves the request as it was",
    };
    let breaker = &entry.breaker;
    let (faults, window, open) = (breaker.faults, time(breaker.window), time(breaker.open));
    format!("{consequence}; after {faults} faults within {window} it is not asked for {open}")
}
