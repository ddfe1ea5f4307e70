//! What a request is about: its path, or the entity that its route names.
//!
//! Never more ancestors than a path of sixteen segments has: a caller chooses the path.
use std::collections::{BTreeMap, HashMap, HashSet};

use cedar_policy::{Entity, EntityId, EntityTypeName, EntityUid, RestrictedExpression};
use witgate_plugin::{path, request};

use crate::config::WrittenResource;
use crate::principal::{type_name, with_known};

/// The type of the entity that a path is.
pub const PATH_TYPE: &str = "Path";

/// How many paths above its own a resource is in; deeper ones are left out.
const MAX_LEVELS: usize = 16;

/// How resources are made, checked.
#[derive(Debug)]
pub struct Resources {
    path: EntityTypeName,
    of_route: BTreeMap<String, OfRoute>,
}

#[derive(Debug)]
struct OfRoute {
    r#type: EntityTypeName,
    id: String,
    attributes: Vec<(String, String)>,
}

impl Resources {
    /// Checks the types' names.
    pub fn new(written: BTreeMap<String, WrittenResource>) -> Result<Self, String> {
        let mut of_route = BTreeMap::new();
        for (route, resource) in written {
            let r#type = type_name(&resource.r#type, &format!("{route}.type"))?;
            let attributes = resource.attributes.into_iter().collect();
            of_route.insert(route, OfRoute { r#type, id: resource.id, attributes });
        }
        Ok(Self { path: type_name(PATH_TYPE, "type")?, of_route })
    }

    /// The name of the resource of this request.
    ///
    /// # Errors
    /// Which attribute the request should have.
    pub fn uid(&self) -> Result<EntityUid, String> {
        let Some(resource) = self.named() else { return Ok(self.of_path(&request::path())) };
        let id = request::attribute(&resource.id);
        let id = id.ok_or_else(|| format!("the request has no attribute `{}`", resource.id))?;
        Ok(EntityUid::from_type_name_and_id(resource.r#type.clone(), EntityId::new(id)))
    }

    /// The entity, in its path and all paths above it.
    ///
    /// # Errors
    /// Where an attribute has no value.
    pub fn entity(&self, uid: EntityUid, known: Option<&Entity>) -> Result<Entity, String> {
        let mut attributes = HashMap::new();
        let path = request::path();
        let mut parents: HashSet<EntityUid> = above(&path).map(|path| self.of_path(path)).collect();
        if let Some(resource) = self.named() {
            parents.insert(self.of_path(&path));
            for (name, attribute) in &resource.attributes {
                attributes
                    .extend(request::attribute(attribute).map(|v| (name.clone(), RestrictedExpression::new_string(v))));
            }
        }
        with_known(uid, attributes, parents, known)
    }

    /// What the route says its resource is, where any route says so.
    fn named(&self) -> Option<&OfRoute> {
        if self.of_route.is_empty() { None } else { self.of_route.get(&request::route()) }
    }

    fn of_path(&self, path: &str) -> EntityUid {
        EntityUid::from_type_name_and_id(self.path.clone(), EntityId::new(path::decoded(path)))
    }
}

/// The paths above one: of `/orders/7` these are `/` and `/orders`.
fn above(path: &str) -> impl Iterator<Item = &str> {
    let cuts = path.match_indices('/').map(|(at, _)| if at == 0 { "/" } else { &path[..at] });
    cuts.filter(move |above| *above != path).take(MAX_LEVELS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_paths_above_end_at_segments() {
        let of = |path| above(path).collect::<Vec<_>>();
        assert_eq!(of("/"), Vec::<&str>::new());
        assert_eq!(of("/orders"), ["/"]);
        assert_eq!(of("/orders/"), ["/", "/orders"]);
        assert_eq!(of("/orders/7/lines"), ["/", "/orders", "/orders/7"]);
        assert_eq!(of(&"/a".repeat(4000)).len(), MAX_LEVELS);
    }
}
