//! What a component exports, looked up once for the component and once for each instance.
//!
//! Never calls anything: an instance does, and chooses whether the call may wait.

use std::sync::Arc;

use wasmtime::component::TypedFunc;
use wasmtime::component::{Component, ComponentExportIndex, ComponentNamedList, Instance, InstancePre, Lift, Lower};
use wasmtime::{Result, Store};

use super::bindings::authenticator::exports::witgate::policy::lifecycle::Metadata;
use super::bindings::{Action, Decision, HeaderOp, Outcome, Selection};
use super::component::{Linked, export_name};
use super::guest::GuestState;
use crate::config::World;

/// A function of one role: nothing goes in, for a policy asks for what it wants.
type OfRole<R> = TypedFunc<(), (R,)>;
/// The response function of a filter: the status goes in.
type OfResponse = TypedFunc<(u16,), (Vec<HeaderOp>,)>;

/// Picks one function of a role; nothing where the role has another.
pub(super) type Pick<P, R> = fn(&Role) -> Option<TypedFunc<P, (R,)>>;

/// Where a component has its functions.
pub(super) struct Exports {
    world: World,
    describe: ComponentExportIndex,
    configure: ComponentExportIndex,
    /// the role's functions, in the order of its interface in wit/
    role: Vec<ComponentExportIndex>,
}

/// The functions of one instance.
pub(super) struct Functions {
    pub(super) describe: TypedFunc<(), (Metadata,)>,
    pub(super) configure: TypedFunc<(Arc<str>,), (Result<(), String>,)>,
    pub(super) role: Role,
}

/// The functions of one role.
pub(super) enum Role {
    Authenticator { authenticate: OfRole<Outcome> },
    Authorizer { authorize: OfRole<Decision> },
    Router { select: OfRole<Selection> },
    Filter { on_request: OfRole<Action>, on_response: OfResponse },
}

impl Exports {
    /// Looks the functions up.
    ///
    /// # Errors
    /// When one is missing: linking should have said so before.
    pub(super) fn of(linked: &Linked) -> Result<Self> {
        let component = linked.pre().component();
        let world = linked.world();
        let functions: &[&str] = match world {
            World::Authenticator => &["authenticate"],
            World::Authorizer => &["authorize"],
            World::Router => &["select"],
            World::Filter => &["on-request", "on-response"],
        };
        let role = functions.iter().map(|function| index(component, world.word(), function));
        Ok(Self {
            world,
            describe: index(component, "lifecycle", "describe")?,
            configure: index(component, "lifecycle", "configure")?,
            role: role.collect::<Result<_>>()?,
        })
    }

    /// The functions of an instance of this component.
    pub(super) fn functions(&self, instance: &Instance, store: &mut Store<GuestState>) -> Result<Functions> {
        Ok(Functions {
            describe: typed(instance, store, &self.describe)?,
            configure: typed(instance, store, &self.configure)?,
            role: self.role(instance, store)?,
        })
    }

    fn role(&self, instance: &Instance, store: &mut Store<GuestState>) -> Result<Role> {
        Ok(match (self.world, self.role.as_slice()) {
            (World::Authenticator, [only]) => Role::Authenticator { authenticate: typed(instance, store, only)? },
            (World::Authorizer, [only]) => Role::Authorizer { authorize: typed(instance, store, only)? },
            (World::Router, [only]) => Role::Router { select: typed(instance, store, only)? },
            (World::Filter, [request, response]) => Role::Filter {
                on_request: typed(instance, store, request)?,
                on_response: typed(instance, store, response)?,
            },
            (world, _) => return Err(wasmtime::Error::msg(format!("the functions of the {world} role are not known"))),
        })
    }
}

impl Role {
    pub(super) fn authenticate(&self) -> Option<OfRole<Outcome>> {
        if let Self::Authenticator { authenticate } = self { Some(*authenticate) } else { None }
    }

    pub(super) fn authorize(&self) -> Option<OfRole<Decision>> {
        if let Self::Authorizer { authorize } = self { Some(*authorize) } else { None }
    }

    pub(super) fn select(&self) -> Option<OfRole<Selection>> {
        if let Self::Router { select } = self { Some(*select) } else { None }
    }

    pub(super) fn on_request(&self) -> Option<OfRole<Action>> {
        if let Self::Filter { on_request, .. } = self { Some(*on_request) } else { None }
    }

    pub(super) fn on_response(&self) -> Option<OfResponse> {
        if let Self::Filter { on_response, .. } = self { Some(*on_response) } else { None }
    }
}

impl Linked {
    /// The component with its imports, ready to be instantiated.
    pub(super) fn pre(&self) -> &InstancePre<GuestState> {
        match self {
            Self::Authenticator(pre) => pre.instance_pre(),
            Self::Authorizer(pre) => pre.instance_pre(),
            Self::Router(pre) => pre.instance_pre(),
            Self::Filter(pre) => pre.instance_pre(),
        }
    }

    fn world(&self) -> World {
        match self {
            Self::Authenticator(_) => World::Authenticator,
            Self::Authorizer(_) => World::Authorizer,
            Self::Router(_) => World::Router,
            Self::Filter(_) => World::Filter,
        }
    }
}

fn index(component: &Component, interface: &str, function: &str) -> Result<ComponentExportIndex> {
    let interface = export_name(interface);
    let found = component
        .get_export_index(None, &interface)
        .and_then(|instance| component.get_export_index(Some(&instance), function));
    found.ok_or_else(|| wasmtime::Error::msg(format!("the component exports no `{interface}#{function}`")))
}

fn typed<P, R>(
    instance: &Instance,
    store: &mut Store<GuestState>,
    index: &ComponentExportIndex,
) -> Result<TypedFunc<P, R>>
where
    P: ComponentNamedList + Lower,
    R: ComponentNamedList + Lift,
{
    instance.get_typed_func(store, index)
}
