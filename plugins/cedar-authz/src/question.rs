//! The question to the policies: who does what with what, and in which context.
//!
//! Never a question with a hole: what cannot be made of the request refuses it.
use std::collections::BTreeMap;

use cedar_policy::{Context, Entities, EntityId, EntityTypeName, EntityUid, Request, Schema};
use serde_json::Value;
use witgate_plugin::request;

use crate::config::{ActionName, Config, WrittenFact};
use crate::fact::Fact;
use crate::principal::{Principal, type_name};
use crate::resource::Resources;

/// The token does not name who asks.
pub const PRINCIPAL_MISSING: &str = "principal_missing";
/// Something that the question needs has no form in Cedar, or is absent.
pub const REQUEST_UNREADABLE: &str = "request_unreadable";
/// The question is not as the schema says.
pub const NOT_IN_SCHEMA: &str = "not_in_schema";

/// How questions are made, checked.
pub struct Asker {
    principal: Principal,
    action: (ActionName, EntityTypeName),
    resources: Resources,
    context: Vec<(String, Fact)>,
    entities: Entities,
    schema: Option<Schema>,
}

/// Why the policies could not be asked.
pub struct Unasked {
    /// What the caller, the log and the metrics see.
    pub code: &'static str,
    /// For the log; without a value of the request.
    pub reason: String,
}

impl Asker {
    /// Checks what questions are made of.
    pub fn new(config: Config, schema: Option<Schema>) -> Result<Self, String> {
        let within = |key: &'static str| move |why: String| format!("{key}.{why}");
        let entities = Value::Array(config.entities);
        let entities = Entities::from_json_value(entities, schema.as_ref()).map_err(|error| located(&error))?;
        Ok(Self {
            principal: Principal::new(config.principal).map_err(within("principal"))?,
            action: (config.action, type_name("Action", "action")?),
            resources: Resources::new(config.resources).map_err(within("resources"))?,
            context: facts(config.context).map_err(within("context"))?,
            entities,
            schema,
        })
    }

    /// Makes the question of one request.
    pub fn ask(&self) -> Result<(Request, Entities), Unasked> {
        let unreadable = |reason| Unasked { code: REQUEST_UNREADABLE, reason };
        let principal = self.principal.uid().ok_or_else(|| Unasked {
            code: PRINCIPAL_MISSING,
            reason: "the token has no claim that names the principal".to_owned(),
        })?;
        let resource = self.resources.uid().map_err(unreadable)?;
        let who = self.principal.entity(principal.clone(), self.entities.get(&principal)).map_err(unreadable)?;
        // Of two entities with one name Cedar keeps the last: it must have what the first says of the principal.
        let known = if resource == principal { Some(&who) } else { self.entities.get(&resource) };
        let what = self.resources.entity(resource.clone(), known).map_err(unreadable)?;
        let made = if resource == principal { vec![what] } else { vec![who, what] };
        let context = self.context().map_err(unreadable)?;
        let schema = self.schema.as_ref();
        let request =
            Request::new(principal, self.action(), resource, context, schema).map_err(|_| outside("request"))?;
        let entities =
            self.entities.clone().upsert_entities(made, schema).map_err(|_| outside("principal or resource"))?;
        Ok((request, entities))
    }

    fn action(&self) -> EntityUid {
        let (name, r#type) = &self.action;
        let id = match name {
            ActionName::Method => request::method(),
            ActionName::Route => request::route(),
        };
        EntityUid::from_type_name_and_id(r#type.clone(), EntityId::new(id))
    }

    fn context(&self) -> Result<Context, String> {
        let mut pairs = Vec::with_capacity(self.context.len());
        for (name, fact) in &self.context {
            pairs.extend(fact.read()?.map(|value| (name.clone(), value)));
        }
        Context::from_pairs(pairs).map_err(|_| "an attribute of the context has no value".to_owned())
    }
}

fn facts(written: BTreeMap<String, WrittenFact>) -> Result<Vec<(String, Fact)>, String> {
    let fact =
        |(name, written)| Ok((String::clone(&name), Fact::new(written).map_err(|why| format!("{name}: {why}"))?));
    written.into_iter().map(fact).collect()
}

/// Cedar's own sentence quotes attributes, which may be claims: only the place is told.
fn outside(what: &str) -> Unasked {
    Unasked { code: NOT_IN_SCHEMA, reason: format!("the {what} is not as the schema says") }
}

fn located(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let sentences: Vec<String> = causes.map(|error| error.to_string()).collect();
    format!("entities: {}", sentences.join(": "))
}
