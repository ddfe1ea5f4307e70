//! The policies of a route: known, in order, and enough of them for a route that is not public.
//!
//! Never lets a route be open by omission: that takes `public = true`.

use super::names::{self, Known};
use super::plugins::world_named;
use crate::config::plugin::World;
use crate::config::written::{WrittenPlugin, WrittenRoute};
use toml::Spanned;
use witgate_settings::fault::Faults;
use witgate_settings::reader::at;

/// The order in which a route runs its policies.
const ORDER: &str = "an authenticator, then authorizers, then at most one router, then filters";

/// A policy named by a route, and the role it was declared to have.
struct Step<'w> {
    name: &'w Spanned<String>,
    plugin: usize,
    world: Option<World>,
}

/// The policies of a route as indexes into the plugins, which are `known`.
pub(super) fn policies(
    route: &WrittenRoute,
    plugins: &[WrittenPlugin],
    known: &Known<'_>,
    faults: &mut Faults,
) -> Vec<usize> {
    names::refuse_repeated("policy", &route.policies, faults);
    let mut steps = Vec::new();
    for name in &route.policies {
        if let Some(plugin) = known.resolve(name, faults) {
            steps.push(Step { name, plugin, world: world_of(&plugins[plugin]) });
        }
    }
    refuse_disorder(&steps, faults);
    refuse_second(World::Authenticator, &steps, faults);
    refuse_second(World::Router, &steps, faults);
    // a name or a world that is not known has its own fault: what is missing cannot be told
    if steps.len() == route.policies.len() && steps.iter().all(|step| step.world.is_some()) {
        refuse_open(route, &steps, faults);
        refuse_idle(route, &steps, faults);
    }
    steps.iter().map(|step| step.plugin).collect()
}

fn world_of(plugin: &WrittenPlugin) -> Option<World> {
    plugin.world.as_ref().and_then(|word| world_named(word.get_ref()))
}

fn has(steps: &[Step<'_>], world: World) -> bool {
    steps.iter().any(|step| step.world == Some(world))
}

fn refuse_disorder(steps: &[Step<'_>], faults: &mut Faults) {
    for pair in steps.windows(2) {
        if let [Step { name: first, world: Some(early), .. }, Step { name: second, world: Some(late), .. }] = pair
            && early > late
        {
            let message = format!("{} {:?} must stand before {} {:?}", late, second.get_ref(), early, first.get_ref());
            faults.push_pair((at(second), "comes too late"), (at(first), "runs before it"), message, ORDER);
        }
    }
}

fn refuse_second(world: World, steps: &[Step<'_>], faults: &mut Faults) {
    let mut those = steps.iter().filter(|step| step.world == Some(world));
    if let (Some(first), Some(second)) = (those.next(), those.next()) {
        let message = format!("a route has at most one {world}");
        faults.push_pair((at(second.name), "second"), (at(first.name), "first"), message, "take one of them out");
    }
}

fn refuse_open(route: &WrittenRoute, steps: &[Step<'_>], faults: &mut Faults) {
    if route.public {
        return;
    }
    for (world, why) in [(World::Authenticator, "establishes who calls"), (World::Authorizer, "says who may")] {
        if !has(steps, world) {
            let message = format!("this route has no {world}: nothing {why}");
            let hint =
                format!("add a plugin of the world {world} to `policies`, or say public = true to let anyone in");
            faults.push(route.name.as_ref().map_or(route.span, at), message, hint);
        }
    }
}

/// What nothing can ever use is a slip.
fn refuse_idle(route: &WrittenRoute, steps: &[Step<'_>], faults: &mut Faults) {
    if let Some(first) = route.upstreams.first()
        && !has(steps, World::Router)
    {
        let hint = "add a plugin of the world router to `policies`, or take `upstreams` out";
        faults.push(at(first), "nothing can choose this upstream: the route has no router", hint);
    }
    if let Some(sensitive) = route.sensitive
        && !has(steps, World::Authenticator)
    {
        let hint = "add a plugin of the world authenticator to `policies`, or take `sensitive` out";
        faults.push(sensitive, "no token is looked at here: the route has no authenticator", hint);
    }
    if let Some((header, _)) = route.identity_headers.first()
        && !has(steps, World::Authenticator)
    {
        let hint = "add a plugin of the world authenticator to `policies`, or take `identity-headers` out";
        faults.push(at(header), "this header is never set: the route has no authenticator", hint);
    }
}
