//! The policies: parsed once, each under the name that its `@id` gives it.
//!
//! Never a policy that cannot apply: a template that nothing links is refused when the config is loaded.
use std::str::FromStr;

use cedar_policy::{
    AuthorizationError, Authorizer, Effect, Entities, Policy, PolicyId, PolicySet, Request, Response, Schema,
    ValidationMode, Validator,
};
use witgate_plugin::{Refusal, contract};

use crate::MESSAGE;

/// The code of a `forbid` that names none.
pub const FORBIDDEN_CODE: &str = "policy_forbids";

/// The policies, and how they are asked.
pub struct Policies {
    authorizer: Authorizer,
    set: PolicySet,
    /// In the order written.
    named: Vec<Named>,
}

/// What the log and the caller are told where a policy decides.
pub struct Named {
    pub name: String,
    pub refusal: Refusal,
    id: PolicyId,
}

/// Reads a schema.
pub fn schema(text: &str) -> Result<Schema, String> {
    let (schema, _) = Schema::from_cedarschema_str(text).map_err(|error| format!("schema: {}", one_line(&error)))?;
    Ok(schema)
}

/// The names of the policies that could not be evaluated.
pub fn failed(response: &Response) -> impl Iterator<Item = &str> {
    response.diagnostics().errors().map(|error| {
        let AuthorizationError::PolicyEvaluationError(error) = error;
        AsRef::<str>::as_ref(error.policy_id())
    })
}

impl Policies {
    /// Parses the policies, and validates them where there is a schema.
    pub fn new(text: &str, schema: Option<&Schema>) -> Result<Self, String> {
        let parsed = PolicySet::from_str(text).map_err(|error| format!("policies: {}", one_line(&error)))?;
        if let Some(template) = parsed.templates().next() {
            return Err(format!("policies: `{}` is a template, and nothing links it", template.id()));
        }
        let mut written: Vec<&Policy> = parsed.policies().collect();
        if written.is_empty() {
            return Err("policies: there is none".to_owned());
        }
        written.sort_by_key(|policy| order(policy.id()));
        let named: Result<Vec<Named>, String> = written.iter().map(|policy| Named::new(policy)).collect();
        let named = named?;
        let renamed = written.iter().zip(&named).map(|(policy, named)| policy.new_id(named.id.clone()));
        let set = PolicySet::from_policies(renamed).map_err(|_| "policies: two have one `@id`".to_owned())?;
        if let Some(schema) = schema {
            validate(&set, schema)?;
        }
        Ok(Self { authorizer: Authorizer::new(), set, named })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.named.len()
    }

    /// Asks all of them.
    pub fn answer(&self, request: &Request, entities: &Entities) -> Response {
        self.authorizer.is_authorized(request, &self.set, entities)
    }

    /// Those that decided, in the order written.
    pub fn determining(&self, response: &Response) -> Vec<&Named> {
        let ids: Vec<&PolicyId> = response.diagnostics().reason().collect();
        self.named.iter().filter(|named| ids.contains(&&named.id)).collect()
    }
}

impl Named {
    fn new(policy: &Policy) -> Result<Self, String> {
        let name = policy.annotation("id").unwrap_or_else(|| policy.id().as_ref()).to_owned();
        let refusal = refusal(policy).map_err(|why| format!("policies: `{name}`: {why}"))?;
        if name.is_empty() {
            return Err("policies: an `@id` is empty".to_owned());
        }
        Ok(Self { id: PolicyId::new(&name), name, refusal })
    }
}

fn refusal(policy: &Policy) -> Result<Refusal, String> {
    let (code, message) = (policy.annotation("code"), policy.annotation("message"));
    if policy.effect() == Effect::Permit && (code.is_some() || message.is_some()) {
        return Err("only a `forbid` has `@code` and `@message`".to_owned());
    }
    let code = code.unwrap_or(FORBIDDEN_CODE);
    contract::code(code).map_err(|why| format!("@code: {why}"))?;
    let message = message.unwrap_or(MESSAGE);
    contract::message(message).map_err(|why| format!("@message: {why}"))?;
    Ok(Refusal::forbidden(code, message))
}

/// The parser calls them `policy0`, `policy1` and so on.
fn order(id: &PolicyId) -> usize {
    let id: &str = id.as_ref();
    id.trim_start_matches(|c: char| !c.is_ascii_digit()).parse().unwrap_or(usize::MAX)
}

fn validate(set: &PolicySet, schema: &Schema) -> Result<(), String> {
    let result = Validator::new(schema.clone()).validate(set, ValidationMode::Strict);
    let first = result.validation_errors().next().map(|error| format!("policies: {}", one_line(error)));
    first.map_or(Ok(()), Err)
}

fn one_line(error: &dyn std::fmt::Display) -> String {
    error.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}
