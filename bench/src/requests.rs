//! The requests of the load, made once: thousands of tokens take seconds to sign. Never asked for while something is
//! measured.

use std::collections::HashMap;
use std::net::SocketAddr;

use crate::sample::request;
use crate::tokens::{Algorithm, Issuer};

/// Tokens by algorithm, and the requests that carry them.
pub struct Requests {
    issuer: Issuer,
    tokens: HashMap<&'static str, Vec<String>>,
    /// what requests name as their host
    host: SocketAddr,
    /// how many people there are: as many tokens
    people: usize,
}

impl Requests {
    /// Nothing is signed yet.
    pub fn new(issuer: Issuer, host: SocketAddr, people: usize) -> Self {
        Self { issuer, tokens: HashMap::new(), host, people }
    }

    /// Who signs.
    pub fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// One request without a token.
    pub fn plain(&self, segment: &str, body: &str) -> Vec<Vec<u8>> {
        vec![request(self.host, &format!("/{segment}/{body}"), None)]
    }

    /// One request for each person's token.
    pub fn with_tokens(&mut self, segment: &str, body: &str, algorithm: Algorithm) -> Vec<Vec<u8>> {
        let tokens = self.tokens.entry(algorithm.segment()).or_default();
        tokens.extend((tokens.len()..self.people).map(|number| self.issuer.good(algorithm, number)));
        let path = format!("/{segment}/{body}");
        tokens.iter().map(|token| request(self.host, &path, Some(token))).collect()
    }
}
