//! Witgate's own configuration: what every part needs, and what one part adds. Never a key of `gateway.toml` that its users
//! are not told of.

use std::fmt::Write as _;

use crate::tokens::Algorithm;

/// An authorizer that has no opinion.
const ABSTAINING: &str = "{ rules = [], default = \"abstain\" }";

/// What the authorizer of all peers demands.
const CUSTOMERS: &str = "{ rules = [{ name = \"customers read\", effect = \"allow\", methods = [\"GET\"], \
                         when = { all = [{ claim = \"roles\", contains = \"customer\" }, { scope = \"orders:read\" }] } }] }";
/// What the router of all peers chooses by.
const BY_TENANT: &str = "{ rules = [{ when = { claim = \"tenant\", equals = \"acme\" }, upstream = \"service\" }] }";
/// What the kept answers of a plugin may take: 10,000 tokens fit.
const CACHE_BYTES: usize = 8 << 20;
/// Before the names of plugins and paths whose policies are asked for each request.
const ASKED: &str = "asked-";
/// The three policies, with kept answers and without.
const CACHES: [(&str, usize); 2] = [("", CACHE_BYTES), (ASKED, 0)];

/// What is measured of Witgate beside the comparison.
#[derive(Debug, Clone, Default)]
pub struct Setting {
    /// the issuer has only the shared secret, not the two public keys
    pub shared: bool,
    /// routes that nobody asks for
    pub routes: usize,
    /// plugins that no route uses
    pub plugins: usize,
    /// chains of so many policies, each on the path `/chain-N/`
    pub chains: Vec<usize>,
}

impl Setting {
    /// The algorithms of the paths that check a token.
    fn algorithms(&self) -> &'static [Algorithm] {
        if self.shared { &[Algorithm::Hs256] } else { &[Algorithm::Rs256, Algorithm::Es256] }
    }

    /// The keys of the issuer; `@WORK@` is still a gap.
    pub fn keys(&self) -> &'static str {
        match self.shared {
            true => "algorithms = [\"HS256\"]\nsecret-file = \"@WORK@/hs256.key\"",
            false => "algorithms = [\"RS256\", \"ES256\"]\njwks-file = \"@WORK@/public.json\"",
        }
    }

    /// What is added to `bench/peers/witgate.toml`; `@PLUGINS@` is still a gap.
    pub fn added(&self) -> String {
        let mut text = String::new();
        for algorithm in self.algorithms() {
            let name = algorithm.segment();
            let config =
                if self.shared { String::new() } else { format!("algorithms = [\"{}\"], ", name.to_uppercase()) };
            let config = format!("{{ {config}required-claims = [\"sub\"] }}");
            for (prefix, cache) in CACHES {
                let named = |name: &str| format!("{prefix}{name}");
                text += &plugin(&named(name), "authenticator", "jwt_policy", &config, cache);
                text += &route(&named(name), &[&named(name), &named("authz"), &named("route")], false);
                text += &route(&named(&format!("token-{name}")), &[&named(name)], true);
            }
        }
        for (prefix, cache) in CACHES {
            text += &plugin(&format!("{prefix}authz"), "authorizer", "claims_authz", CUSTOMERS, cache);
            text += &plugin(&format!("{prefix}route"), "router", "claim_router", BY_TENANT, cache);
        }
        for number in 0..self.plugins {
            text += &plugin(&format!("unused-{number}"), "authorizer", "claims_authz", ABSTAINING, 0);
        }
        for number in 0..self.routes {
            let _ = write!(
                text,
                "\n[[routes]]\nname = \"other-{number}\"\npath = \"/other/{number}/{{id}}\"\npublic = true\nupstream = \"service\"\n"
            );
        }
        self.add_chains(&mut text);
        text
    }

    fn add_chains(&self, text: &mut String) {
        let longest = self.chains.iter().copied().max().unwrap_or_default();
        for number in 0..longest.saturating_sub(2) {
            *text += &plugin(&format!("abstains-{number}"), "authorizer", "claims_authz", ABSTAINING, 0);
        }
        for length in &self.chains {
            let abstaining: Vec<String> =
                (0..length.saturating_sub(2)).map(|number| format!("abstains-{number}")).collect();
            let mut policies: Vec<&str> = vec!["asked-rs256"];
            policies.extend(abstaining.iter().map(String::as_str));
            policies.extend((*length > 1).then_some("asked-authz"));
            // the authenticator alone is a route that lets anyone in who has a good token or none
            *text += &route(&format!("chain-{length}"), &policies, *length < 2);
        }
    }
}

fn plugin(name: &str, world: &str, file: &str, config: &str, cache_bytes: usize) -> String {
    format!(
        "\n[plugins.{name}]\nworld = \"{world}\"\nfile = \"@PLUGINS@/{file}.wasm\"\nconfig = {config}\n\
         limits = {{ decision-cache-bytes = {cache_bytes} }}\n"
    )
}

fn route(name: &str, policies: &[&str], public: bool) -> String {
    format!(
        "\n[[routes]]\nname = \"{name}\"\npath = \"/{name}/{{body}}\"\npolicies = {policies:?}\npublic = {public}\nupstream = \"service\"\n\
         identity-headers = {{ x-identity-subject = \"sub\" }}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_has_as_many_policies_as_it_says() {
        let text = Setting { chains: vec![1, 4], ..Setting::default() }.added();
        assert!(text.contains(r#"policies = ["asked-rs256"]"#), "{text}");
        assert!(text.contains(r#"policies = ["asked-rs256", "abstains-0", "abstains-1", "asked-authz"]"#), "{text}");
    }
}
