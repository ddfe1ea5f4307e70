//! Which of two routes is the more specific: the one rule that both the look-up and the conflict check follow.
//!
//! Never depends on the order in which routes were written.

use super::model::Route;
use super::pattern::{HostPattern, PathPattern};
use std::cmp::Reverse;

/// How specific a route is; the greater one takes the request. In this order: an exact host, then a wildcard (the longer
/// name first), then any host; an exact path, then fewer parameters, then the longer prefix; more header conditions;
/// methods given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Specificity {
    host: HostRank,
    path: PathRank,
    headers: usize,
    methods: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum HostRank {
    Any,
    Wildcard { bytes: usize },
    Exact,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum PathRank {
    Prefix { segments: usize },
    Params(Reverse<usize>),
    Exact,
}

impl Specificity {
    /// The specificity of a route.
    pub fn of(route: &Route) -> Specificity {
        Specificity {
            host: HostRank::of(route.host.as_ref()),
            path: PathRank::of(&route.path),
            headers: route.headers.len(),
            methods: route.methods.is_some(),
        }
    }
}

impl HostRank {
    fn of(host: Option<&HostPattern>) -> HostRank {
        match host {
            None => HostRank::Any,
            Some(HostPattern::Wildcard(suffix)) => HostRank::Wildcard { bytes: suffix.len() },
            Some(HostPattern::Exact(_)) => HostRank::Exact,
        }
    }
}

impl PathRank {
    fn of(path: &PathPattern) -> PathRank {
        match (path.is_prefix(), path.param_count()) {
            (true, _) => PathRank::Prefix { segments: path.segments().len() },
            (false, 0) => PathRank::Exact,
            (false, params) => PathRank::Params(Reverse(params)),
        }
    }
}
