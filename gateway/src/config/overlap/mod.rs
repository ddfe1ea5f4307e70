//! Refuses two routes of equal specificity that can both take one request: chance would choose between them.
//!
//! Never refuses two routes of which one is more specific. Only equal ones can shadow each other: a narrower route
//! never covers a wider one. Never compares every pair: a large table must not cost the square of its routes.

mod meeting;
mod index;

use super::model::Route;
use super::pattern::Segment;
use index::Index;
use witgate_settings::fault::Faults;

/// Most pairs that are told: a file of equal routes has as many as the square of them.
const MOST_PAIRS: usize = 100;

/// Notes every pair of routes that conflict, and every route that an earlier one covers; of very many the first.
pub(super) fn refuse(routes: &[Route], faults: &mut Faults) {
    let mut index = Index::new(routes);
    let mut told = 0;
    for (at, later) in routes.iter().enumerate() {
        for earlier in index.add(at) {
            if told == MOST_PAIRS {
                let hint = format!("mend the first {MOST_PAIRS}, then check again");
                return faults.push(later.span, "more routes conflict: they are not told", hint);
            }
            refuse_pair(&routes[earlier], later, faults);
            told += 1;
        }
    }
}

fn refuse_pair(earlier: &Route, later: &Route, faults: &mut Faults) {
    let (first, second) = (&earlier.name, &later.name);
    let here = (later.span, "this route");
    if covers(earlier, later) {
        let message = format!("the route {second:?} can never be reached: {first:?} takes all its requests");
        let hint = "take one of them out, or give one a host, methods or headers that the other has not";
        return faults.push_pair(here, (earlier.span, "takes all its requests"), message, hint);
    }
    let message = format!("the routes {first:?} and {second:?} conflict: both take {}", example(earlier, later));
    let hint = "neither is more specific: make paths, methods or header values differ (host, then path, then headers, then methods decide)";
    faults.push_pair(here, (earlier.span, "conflicts with this one"), message, hint);
}

/// Whether `wide` takes every request that `narrow` takes; both have equal specificity and meet.
fn covers(wide: &Route, narrow: &Route) -> bool {
    let pairs = wide.path.segments().iter().zip(narrow.path.segments());
    let path = pairs.into_iter().all(|pair| !matches!(pair, (Segment::Literal(_), Segment::Param(_))));
    let methods = match (&wide.methods, &narrow.methods) {
        (Some(wide), Some(narrow)) => narrow.iter().all(|method| wide.contains(method)),
        (wide, _) => wide.is_none(),
    };
    path && methods && wide.headers.iter().all(|header| narrow.headers.contains(header))
}

/// A request that both take, such as `GET /orders/x`.
fn example(one: &Route, other: &Route) -> String {
    let pairs = one.path.segments().iter().zip(other.path.segments());
    let segments: Vec<&str> = pairs
        .map(|pair| match pair {
            (Segment::Literal(text), _) | (_, Segment::Literal(text)) => text.as_str(),
            _ => "x",
        })
        .collect();
    let others = other.methods.as_deref().unwrap_or_default();
    let method = one.methods.iter().flatten().find(|method| others.contains(method));
    format!("{} /{}", method.map_or("GET", |method| method.as_str()), segments.join("/"))
}

#[cfg(test)]
mod tests {
    use super::MOST_PAIRS;
    use crate::config::parse;
    use std::path::Path;

    /// How many faults public routes of these conditions have.
    fn faults(conditions: impl Iterator<Item = String>) -> usize {
        let mut text =
            "listeners = [{ address = \"127.0.0.1:0\" }]\nupstreams.u.url = \"http://127.0.0.1:1\"\n".to_owned();
        for (index, conditions) in conditions.enumerate() {
            text += &format!("[[routes]]\nname = \"r{index}\"\nupstream = \"u\"\npublic = true\n{conditions}\n");
        }
        parse(Path::new("gateway.toml"), text).err().map_or(0, |faults| faults.len())
    }

    #[test]
    fn of_very_many_pairs_the_first_are_told() {
        let equal = |count: usize| faults((0..count).map(|_| "path = \"/a/{id}\"".to_owned()));
        assert_eq!((equal(2), equal(14), equal(2_000)), (1, 14 * 13 / 2, MOST_PAIRS + 1));
    }

    #[test]
    fn routes_that_differ_in_one_thing_do_not_conflict() {
        let differing = |what: fn(usize) -> String| faults((0..2_000).map(what));
        assert_eq!(differing(|at| format!("path = \"/other/{at}/{{id}}\"")), 0);
        assert_eq!(differing(|at| format!("host = \"h{at}.x\"\nprefix = \"/\"")), 0);
        assert_eq!(differing(|at| format!("prefix = \"/\"\nheaders = {{ x-tenant = \"{at}\" }}")), 0);
    }
}
