//! Refuses two routes of equal specificity that can both take one request: chance would choose between them.
//!
//! Never refuses two routes of which one is more specific. Only equal ones can shadow each other: a narrower route
//! never covers a wider one.

use super::model::Route;
use super::pattern::{PathPattern, Segment};
use super::specificity::Specificity;
use witgate_settings::fault::Faults;

/// Notes every pair of routes that conflict, and every route that an earlier one covers.
pub(super) fn refuse(routes: &[Route], faults: &mut Faults) {
    for (index, later) in routes.iter().enumerate() {
        for earlier in &routes[..index] {
            if equal_and_meeting(earlier, later) {
                refuse_pair(earlier, later, faults);
            }
        }
    }
}

/// Whether both can take one request, and neither is more specific.
pub(super) fn equal_and_meeting(one: &Route, other: &Route) -> bool {
    Specificity::of(one) == Specificity::of(other)
        && one.host == other.host
        && paths_meet(&one.path, &other.path)
        && methods_meet(one, other)
        && headers_meet(one, other)
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

/// Both patterns have the same rank: two prefixes of one length, or two paths with as many parameters.
fn paths_meet(one: &PathPattern, other: &PathPattern) -> bool {
    let (left, right) = (one.segments(), other.segments());
    one.is_prefix() == other.is_prefix()
        && left.len() == right.len()
        && left.iter().zip(right).all(|pair| match pair {
            (Segment::Literal(one), Segment::Literal(other)) => one == other,
            (Segment::Param(_), Segment::Param(_)) => true,
            (Segment::Literal(text), Segment::Param(_)) | (Segment::Param(_), Segment::Literal(text)) => {
                !text.is_empty()
            }
        })
}

fn methods_meet(one: &Route, other: &Route) -> bool {
    match (&one.methods, &other.methods) {
        (Some(some), Some(others)) => some.iter().any(|method| others.contains(method)),
        _ => true,
    }
}

/// A header must be there exactly once: two values for one name exclude each other.
fn headers_meet(one: &Route, other: &Route) -> bool {
    let differ = |(name, value)| other.headers.iter().any(|(same, another)| same == name && another != value);
    !one.headers.iter().map(|(name, value)| (name, value)).any(differ)
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
