//! The route table: finds the most specific route that takes a request.
//!
//! Never decodes a path itself: it asks the canonical path for its segments.

use super::tree::{Ranks, Tree};
use crate::admission::path::CanonicalPath;
use crate::config::{Config, HostPattern, PathPattern, Route, Specificity};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use std::borrow::Cow;
use std::cmp::Reverse;
use std::sync::Arc;

/// What the table says of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// This route.
    Route {
        /// Index into `Config::routes`.
        index: usize,
        /// The path parameters, by attribute, percent-decoded.
        params: Vec<(Arc<str>, String)>,
    },
    /// Routes take this request, but for its method: these are the methods that they take (405, `Allow`), sorted.
    MethodNotAllowed(Vec<Method>),
    /// No route takes this request, whatever its method.
    NotFound,
}

/// What became of a route whose host and path take a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weighed {
    /// it takes the request
    Chosen,
    /// it takes other methods
    Method,
    /// one of its header conditions is not met
    Headers,
    /// a more specific route takes the request
    LessSpecific,
}

impl Weighed {
    /// In a few words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Chosen => "chosen",
            Self::Method => "takes other methods",
            Self::Headers => "a header condition is not met",
            Self::LessSpecific => "would take it too, but is less specific",
        }
    }
}

/// Every route, by host and path, ranked by specificity.
#[derive(Debug)]
pub struct RouteTable {
    /// The most specific first: a rank is a place in this list.
    entries: Vec<Entry>,
    // the keys come from configuration, so nobody chooses them to collide
    exact: FxHashMap<String, Tree>,
    /// By what a host must end in, with its dot.
    wildcards: FxHashMap<String, Tree>,
    /// Each length of a wildcard once, the longest first.
    wildcard_bytes: Vec<usize>,
    any: Tree,
}

/// The segments of a path; those of most paths need no memory of their own.
type Segments<'p> = SmallVec<[Cow<'p, str>; 8]>;

/// What is left to check once host and path fit.
#[derive(Debug)]
struct Entry {
    index: usize,
    path: PathPattern,
    methods: Option<Vec<Method>>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl RouteTable {
    /// Builds the table of a checked configuration.
    pub fn build(config: &Config) -> RouteTable {
        RouteTable::of(&config.routes)
    }

    pub(super) fn of(routes: &[Route]) -> RouteTable {
        let mut ranked: Vec<(usize, &Route)> = routes.iter().enumerate().collect();
        ranked.sort_by_key(|(_, route)| Reverse(Specificity::of(route)));
        let mut table = RouteTable {
            entries: Vec::with_capacity(routes.len()),
            exact: FxHashMap::default(),
            wildcards: FxHashMap::default(),
            wildcard_bytes: Vec::new(),
            any: Tree::default(),
        };
        for (rank, (index, route)) in ranked.into_iter().enumerate() {
            table.tree_for(route.host.as_ref()).insert(&route.path, rank);
            table.entries.push(Entry::new(index, route));
        }
        table
    }

    /// The routes as indexes into `Config::routes`, the most specific first: as [`RouteTable::find`] tries them.
    pub fn order(&self) -> impl Iterator<Item = usize> {
        self.entries.iter().map(|entry| entry.index)
    }

    /// Finds the most specific route that takes this request. `host` has no port; its case and a final dot do not
    /// matter. A header condition is met by exactly one field of that name with exactly that value.
    pub fn find(&self, host: &str, path: &CanonicalPath, method: &Method, headers: &HeaderMap) -> Found {
        let host = plain_host(host);
        let segments: Segments<'_> = path.segments().collect();
        let mut allowed = Vec::new();
        for tree in self.trees_for(&host) {
            let mut ranks = Ranks::new();
            tree.collect(&segments, &mut ranks);
            ranks.sort_unstable();
            for entry in ranks.iter().filter_map(|rank| self.entries.get(*rank)) {
                match entry.take(method, headers) {
                    Taken::Yes => return entry.found(&segments),
                    Taken::OtherMethods(methods) => allowed.extend_from_slice(methods),
                    Taken::No => {}
                }
            }
        }
        refused(allowed)
    }

    /// Every route whose host and path take this request, in the order in which [`RouteTable::find`] looks at them, as
    /// indexes into `Config::routes`, each with what became of it.
    pub fn weigh(
        &self,
        host: &str,
        path: &CanonicalPath,
        method: &Method,
        headers: &HeaderMap,
    ) -> Vec<(usize, Weighed)> {
        let host = plain_host(host);
        let segments: Segments<'_> = path.segments().collect();
        let mut weighed = Vec::new();
        let mut chosen = false;
        for tree in self.trees_for(&host) {
            let mut ranks = Ranks::new();
            tree.collect(&segments, &mut ranks);
            ranks.sort_unstable();
            for entry in ranks.iter().filter_map(|rank| self.entries.get(*rank)) {
                let verdict = match entry.take(method, headers) {
                    Taken::No => Weighed::Headers,
                    Taken::OtherMethods(_) => Weighed::Method,
                    Taken::Yes if chosen => Weighed::LessSpecific,
                    Taken::Yes => Weighed::Chosen,
                };
                chosen |= verdict == Weighed::Chosen;
                weighed.push((entry.index, verdict));
            }
        }
        weighed
    }

    /// The trees whose hosts take this one, the most specific host first.
    fn trees_for<'t>(&'t self, host: &'t str) -> impl Iterator<Item = &'t Tree> {
        let below = self.wildcard_bytes.iter().filter_map(|bytes| {
            // at least one byte before the dot
            let at = host.len().checked_sub(*bytes).filter(|at| *at > 0)?;
            self.wildcards.get(host.get(at..)?)
        });
        self.exact.get(host).into_iter().chain(below).chain(std::iter::once(&self.any))
    }

    /// Wildcards come in ranked order, so the longest name is pushed first.
    fn tree_for(&mut self, host: Option<&HostPattern>) -> &mut Tree {
        match host {
            None => &mut self.any,
            Some(HostPattern::Exact(name)) => self.exact.entry(name.clone()).or_default(),
            Some(HostPattern::Wildcard(suffix)) => {
                if self.wildcard_bytes.last() != Some(&suffix.len()) {
                    self.wildcard_bytes.push(suffix.len());
                }
                self.wildcards.entry(suffix.clone()).or_default()
            }
        }
    }
}

/// Whether an entry takes a request whose host and path fit.
enum Taken<'e> {
    Yes,
    OtherMethods(&'e [Method]),
    No,
}

impl Entry {
    fn new(index: usize, route: &Route) -> Entry {
        Entry { index, path: route.path.clone(), methods: route.methods.clone(), headers: route.headers.clone() }
    }

    fn take(&self, method: &Method, headers: &HeaderMap) -> Taken<'_> {
        if !self.headers.iter().all(|(name, value)| is_only_value(headers, name, value)) {
            return Taken::No;
        }
        match &self.methods {
            Some(methods) if !methods.contains(method) => Taken::OtherMethods(methods),
            _ => Taken::Yes,
        }
    }

    fn found(&self, segments: &[Cow<'_, str>]) -> Found {
        Found::Route { index: self.index, params: self.path.params(segments) }
    }
}

/// Two fields of one name are ambiguous: upstreams differ in which they read.
fn is_only_value(headers: &HeaderMap, name: &HeaderName, value: &HeaderValue) -> bool {
    let mut values = headers.get_all(name).iter();
    values.next() == Some(value) && values.next().is_none()
}

fn plain_host(host: &str) -> Cow<'_, str> {
    let host = host.strip_suffix('.').unwrap_or(host);
    if host.bytes().any(|byte| byte.is_ascii_uppercase()) { host.to_ascii_lowercase().into() } else { host.into() }
}

fn refused(mut allowed: Vec<Method>) -> Found {
    if allowed.is_empty() {
        return Found::NotFound;
    }
    allowed.sort_by(|one, other| one.as_str().cmp(other.as_str()));
    allowed.dedup();
    Found::MethodNotAllowed(allowed)
}
