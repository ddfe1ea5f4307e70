//! Witgate's own configuration: what every part needs, and what one part adds. Never a key of `gateway.toml` that its users
//! are not told of.

use std::fmt::Write as _;

use crate::tokens::Algorithm;

/// An authorizer that has no opinion.
const ABSTAINING: &str = "{ rules = [], default = \"abstain\" }";

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
            text += &plugin(name, "authenticator", "jwt_policy", &format!("{{ {config}required-claims = [\"sub\"] }}"));
            text += &route(name, &[name, "authz", "route"], false);
            text += &route(&format!("token-{name}"), &[name], true);
        }
        for number in 0..self.plugins {
            text += &plugin(&format!("unused-{number}"), "authorizer", "claims_authz", ABSTAINING);
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
            *text += &plugin(&format!("abstains-{number}"), "authorizer", "claims_authz", ABSTAINING);
        }
        for length in &self.chains {
            let abstaining: Vec<String> =
                (0..length.saturating_sub(2)).map(|number| format!("abstains-{number}")).collect();
            let mut policies: Vec<&str> = vec!["rs256"];
            policies.extend(abstaining.iter().map(String::as_str));
            policies.extend((*length > 1).then_some("authz"));
            // the authenticator alone is a route that lets anyone in who has a good token or none
            *text += &route(&format!("chain-{length}"), &policies, *length < 2);
        }
    }
}

fn plugin(name: &str, world: &str, file: &str, config: &str) -> String {
    format!("\n[plugins.{name}]\nworld = \"{world}\"\nfile = \"@PLUGINS@/{file}.wasm\"\nconfig = {config}\n")
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
        assert!(text.contains(r#"policies = ["rs256"]"#), "{text}");
        assert!(text.contains(r#"policies = ["rs256", "abstains-0", "abstains-1", "authz"]"#), "{text}");
    }
}
