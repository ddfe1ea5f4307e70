//! Who asks: an entity made of verified claims.
//!
//! Never an entity without a name: a token that lacks the claim is refused.
use std::collections::{HashMap, HashSet};

use cedar_policy::{Entity, EntityId, EntityTypeName, EntityUid, RestrictedExpression};
use witgate_plugin::claims;

use crate::config::WrittenPrincipal;
use crate::value;

/// How the principal is made, checked.
#[derive(Debug)]
pub struct Principal {
    r#type: EntityTypeName,
    id: String,
    attributes: Vec<(String, String)>,
    parents: Vec<(EntityTypeName, String)>,
}

impl Principal {
    /// Checks the types' names.
    pub fn new(written: WrittenPrincipal) -> Result<Self, String> {
        let parent = |(name, claim): (String, String)| Ok((type_name(&name, &format!("parents.{name}"))?, claim));
        let parents: Result<Vec<_>, String> = written.parents.into_iter().map(parent).collect();
        Ok(Self {
            r#type: type_name(&written.r#type, "type")?,
            id: written.id,
            attributes: written.attributes.into_iter().collect(),
            parents: parents?,
        })
    }

    /// The name of the principal of this request; nothing where the claims have none.
    pub fn uid(&self) -> Option<EntityUid> {
        let id = claims::value(&self.id)?.to_text()?;
        Some(EntityUid::from_type_name_and_id(self.r#type.clone(), EntityId::new(id)))
    }

    /// The entity. What the config says of it, `known`, counts more than what the token says.
    ///
    /// # Errors
    /// Which claim has no form in Cedar.
    pub fn entity(&self, uid: EntityUid, known: Option<&Entity>) -> Result<Entity, String> {
        let mut attributes = HashMap::new();
        for (name, claim) in &self.attributes {
            attributes.extend(value::of_claim(claim)?.map(|value| (name.clone(), value)));
        }
        let mut parents = HashSet::new();
        for (r#type, claim) in &self.parents {
            let names = value::names_in_claim(claim)?.into_iter().map(EntityId::new);
            parents.extend(names.map(|id| EntityUid::from_type_name_and_id(r#type.clone(), id)));
        }
        with_known(uid, attributes, parents, known)
    }
}

/// An entity out of what a request says and what the config says of it.
///
/// # Errors
/// Where an attribute has no value.
pub fn with_known(
    uid: EntityUid,
    mut attributes: HashMap<String, RestrictedExpression>,
    mut parents: HashSet<EntityUid>,
    known: Option<&Entity>,
) -> Result<Entity, String> {
    if let Some(known) = known {
        let (_, known_attributes, known_parents) = known.clone().into_inner();
        attributes.extend(known_attributes);
        parents.extend(known_parents);
    }
    Entity::new(uid, attributes, parents).map_err(|_| "an attribute has no value".to_owned())
}

/// The name of an entity type, such as `User` or `Shop::User`.
pub fn type_name(name: &str, key: &str) -> Result<EntityTypeName, String> {
    name.parse().map_err(|_| format!("{key}: `{name}` is no name of an entity type, such as `User` or `Shop::User`"))
}
