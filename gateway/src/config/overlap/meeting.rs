//! Whether two routes are equals, and can both take one request.
//!
//! Never asks which of them a request would get: equals have no order.

use crate::config::model::Route;
use crate::config::pattern::{PathPattern, Segment};
use crate::config::specificity::Specificity;

/// Whether both can take one request, and neither is more specific.
pub(super) fn equal_and_meeting(one: &Route, other: &Route) -> bool {
    Specificity::of(one) == Specificity::of(other)
        && one.host == other.host
        && paths_meet(&one.path, &other.path)
        && methods_meet(one, other)
        && headers_meet(one, other)
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
