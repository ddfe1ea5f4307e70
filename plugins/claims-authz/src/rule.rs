//! Rules: what a request must look like, what must hold, and what follows.
//!
//! Never half-checked: a rule exists only when its name, methods, paths, condition and code are all sound.
use std::collections::BTreeSet;

use witgate_plugin::{Refusal, RequestHead, contract};

use crate::condition::Condition;
use crate::config::{WrittenEffect, WrittenRule};
use crate::path::Pattern;

/// The code of a denying rule that names none.
pub const DENIED_CODE: &str = "rule_denied";
const DENIED_MESSAGE: &str = "You may not do this.";

/// A rule, checked. Empty methods or paths match every one.
#[derive(Debug)]
pub struct Rule {
    pub name: String,
    pub effect: Effect,
    methods: Vec<String>,
    paths: Vec<Pattern>,
    when: Option<Condition>,
}

/// What a matching rule does.
#[derive(Debug)]
pub enum Effect {
    Allow,
    Deny(Refusal),
}

/// Checks all rules; an error names the rule by number and name, and the key.
pub fn compile(written: Vec<WrittenRule>) -> Result<Vec<Rule>, String> {
    let mut names = BTreeSet::new();
    let mut rules = Vec::with_capacity(written.len());
    for (index, rule) in written.into_iter().enumerate() {
        let label = format!("rules[{index}] (\"{}\")", rule.name);
        if rule.name.is_empty() || !names.insert(rule.name.clone()) {
            return Err(format!("{label}: name: must be unique and not empty"));
        }
        rules.push(Rule::compile(rule).map_err(|why| format!("{label}: {why}"))?);
    }
    Ok(rules)
}

impl Rule {
    /// Whether this rule decides the request under way.
    pub fn matches(&self, head: &RequestHead) -> bool {
        (self.methods.is_empty() || self.methods.contains(&head.method))
            && (self.paths.is_empty() || self.paths.iter().any(|pattern| pattern.matches(&head.path)))
            && self.when.as_ref().is_none_or(Condition::holds)
    }

    fn compile(written: WrittenRule) -> Result<Self, String> {
        let effect = effect(written.effect, written.code, written.message)?;
        let methods = methods(written.methods, written.effect)?;
        let paths = paths(written.paths)?;
        let when = written.when.map(|condition| Condition::compile(condition, "when")).transpose()?;
        Ok(Self { name: written.name, effect, methods, paths, when })
    }
}

fn effect(effect: WrittenEffect, code: Option<String>, message: Option<String>) -> Result<Effect, String> {
    if effect == WrittenEffect::Allow {
        return match (code, message) {
            (None, None) => Ok(Effect::Allow),
            (Some(_), _) => Err("code: only a rule with effect = \"deny\" has one".into()),
            (None, Some(_)) => Err("message: only a rule with effect = \"deny\" has one".into()),
        };
    }
    let code = code.unwrap_or_else(|| DENIED_CODE.to_owned());
    contract::code(&code).map_err(|why| format!("code: {why}"))?;
    let message = message.unwrap_or_else(|| DENIED_MESSAGE.to_owned());
    contract::message(&message).map_err(|why| format!("message: {why}"))?;
    Ok(Effect::Deny(Refusal::forbidden(code, message)))
}

fn methods(written: Option<Vec<String>>, effect: WrittenEffect) -> Result<Vec<String>, String> {
    let Some(mut methods) = written else { return Ok(Vec::new()) };
    if methods.is_empty() {
        return Err("methods: an empty list matches nothing; leave the key out for every method".into());
    }
    if let Some(index) = methods.iter().position(|method| !is_method(method)) {
        return Err(format!("methods[{index}]: `{}` is no method; they are in upper case", methods[index]));
    }
    // HEAD asks for what GET gives (RFC 9110 section 9.3.2): who may not GET may not learn its length either.
    if effect == WrittenEffect::Deny && methods.iter().any(|method| method == "GET") {
        methods.push("HEAD".to_owned());
    }
    Ok(methods)
}

/// A token (RFC 9110 section 5.6.2) without lower case: methods are case-sensitive, and `get` would never match.
fn is_method(method: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !method.is_empty() && method.bytes().all(legal)
}

fn paths(written: Option<Vec<String>>) -> Result<Vec<Pattern>, String> {
    let Some(paths) = written else { return Ok(Vec::new()) };
    if paths.is_empty() {
        return Err("paths: an empty list matches nothing; leave the key out for every path".into());
    }
    let parse =
        |(index, pattern): (usize, &String)| Pattern::parse(pattern).map_err(|why| format!("paths[{index}]: {why}"));
    paths.iter().enumerate().map(parse).collect()
}
