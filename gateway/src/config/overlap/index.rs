//! Finds the routes that meet a new one without a look at every other.
//!
//! Two routes meet only if they have the same rank, and say the same wherever both say anything: a literal at a place of
//! the path, or a value of a header. So routes are kept by what they say, once for each set of places that another route
//! has in common with them. Such sets are few, as are the shapes that people give their paths.
//!
//! Never decides that two routes meet: what it finds is judged by [`equal_and_meeting`].

use super::meeting::equal_and_meeting;
use crate::config::model::Route;
use crate::config::pattern::{HostPattern, Segment};
use crate::config::specificity::Specificity;
use http::HeaderName;
use rustc_hash::{FxHashMap, FxHasher};
use std::hash::{Hash, Hasher as _};

/// The routes that were added, by what must be equal in two that meet.
pub(super) struct Index<'r> {
    routes: &'r [Route],
    ranks: FxHashMap<Rank<'r>, Vec<Alike<'r>>>,
}

/// What must be the same in two routes that meet, whatever else they say.
#[derive(PartialEq, Eq, Hash)]
struct Rank<'r> {
    specificity: Specificity,
    host: Option<&'r HostPattern>,
    segments: usize,
    /// no parameter takes the nothing after a last slash
    ends_in_slash: bool,
}

/// The places at which a route says something.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Shape<'r> {
    /// one bit for each segment that is a literal, the first lowest
    literals: u64,
    /// in order, each once
    headers: Vec<&'r HeaderName>,
}

/// The routes of one rank and shape.
struct Alike<'r> {
    shape: Shape<'r>,
    members: Vec<usize>,
    /// by the places that another shape has in common with this one: the members by what they say there
    tables: FxHashMap<Shape<'r>, FxHashMap<u64, Vec<usize>>>,
}

impl<'r> Index<'r> {
    /// Of these routes; none is added yet.
    pub(super) fn new(routes: &'r [Route]) -> Index<'r> {
        Index { routes, ranks: FxHashMap::default() }
    }

    /// Adds a route, and gives the places of those added before that meet it, in order.
    pub(super) fn add(&mut self, place: usize) -> Vec<usize> {
        let routes = self.routes;
        let route = &routes[place];
        let shape = Shape::of(route);
        let alikes = self.ranks.entry(Rank::of(route)).or_default();
        let mut found = Vec::new();
        for alike in alikes.iter_mut() {
            let common = alike.shape.common(&shape);
            alike.find(route, common, routes, &mut found);
        }
        match alikes.iter_mut().find(|alike| alike.shape == shape) {
            Some(alike) => alike.add(place, routes),
            None => alikes.push(Alike { shape, members: vec![place], tables: FxHashMap::default() }),
        }
        found.sort_unstable();
        found.dedup();
        found.retain(|earlier| equal_and_meeting(&routes[*earlier], route));
        found
    }
}

impl Rank<'_> {
    fn of(route: &Route) -> Rank<'_> {
        let segments = route.path.segments();
        let ends_in_slash = matches!(segments.last(), Some(Segment::Literal(text)) if text.is_empty());
        let specificity = Specificity::of(route);
        Rank { specificity, host: route.host.as_ref(), segments: segments.len(), ends_in_slash }
    }
}

impl<'r> Shape<'r> {
    fn of(route: &'r Route) -> Shape<'r> {
        let literals = literals(route).map(|(bit, _)| bit).sum();
        let mut headers: Vec<&HeaderName> = route.headers.iter().map(|(name, _)| name).collect();
        headers.sort_unstable_by(|one, other| one.as_str().cmp(other.as_str()));
        headers.dedup();
        Shape { literals, headers }
    }

    /// Where both say something.
    fn common(&self, other: &Shape<'r>) -> Shape<'r> {
        let is_there =
            |name: &&&HeaderName| other.headers.binary_search_by(|there| there.as_str().cmp(name.as_str())).is_ok();
        let headers = self.headers.iter().filter(is_there).copied().collect();
        Shape { literals: self.literals & other.literals, headers }
    }

    /// What a route says at these places, once for each method; routes that meet have one of these in common. None for a
    /// route that wants two values of one header: nothing meets it there.
    fn words(&self, route: &Route) -> Vec<u64> {
        let mut hasher = FxHasher::default();
        literals(route).filter(|(bit, _)| self.literals & bit != 0).for_each(|(_, text)| text.hash(&mut hasher));
        for name in &self.headers {
            let mut values = route.headers.iter().filter(|(header, _)| header == *name).map(|(_, value)| value);
            let first = values.next();
            if values.any(|value| Some(value) != first) {
                return Vec::new();
            }
            first.hash(&mut hasher);
        }
        let Some(methods) = &route.methods else { return vec![hasher.finish()] };
        let with = |method: &http::Method| {
            let mut hasher = hasher.clone();
            method.hash(&mut hasher);
            hasher.finish()
        };
        methods.iter().map(with).collect()
    }
}

impl<'r> Alike<'r> {
    /// Adds the members that say what this route says, as far as both say anything.
    fn find(&mut self, route: &Route, common: Shape<'r>, routes: &[Route], found: &mut Vec<usize>) {
        let words = common.words(route);
        let members = &self.members;
        let table = self.tables.entry(common).or_insert_with_key(|common| {
            let mut table = FxHashMap::default();
            members.iter().for_each(|member| enter(&mut table, *member, common.words(&routes[*member])));
            table
        });
        words.iter().filter_map(|word| table.get(word)).for_each(|places| found.extend(places));
    }

    fn add(&mut self, place: usize, routes: &[Route]) {
        self.members.push(place);
        for (common, table) in &mut self.tables {
            enter(table, place, common.words(&routes[place]));
        }
    }
}

fn enter(table: &mut FxHashMap<u64, Vec<usize>>, place: usize, words: Vec<u64>) {
    words.into_iter().for_each(|word| table.entry(word).or_default().push(place));
}

/// The literal segments of a route, each with the bit of its place. Segments past the last bit say nothing, which costs
/// time and finds no less.
fn literals(route: &Route) -> impl Iterator<Item = (u64, &str)> {
    let bit = |place: usize| u32::try_from(place).ok().and_then(|place| 1_u64.checked_shl(place)).unwrap_or_default();
    route.path.segments().iter().enumerate().filter_map(move |(place, segment)| match segment {
        Segment::Literal(text) => Some((bit(place), text.as_str())),
        Segment::Param(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::pattern::PathPattern;
    use http::{HeaderValue, Method};
    use proptest::prelude::*;
    use witgate_settings::fault::Span;

    fn route() -> impl Strategy<Value = Route> {
        let host = prop_oneof![3 => Just(None), 1 => Just(Some("a.x")), 1 => Just(Some("*.x"))];
        let parts = prop::collection::vec(prop::sample::select(vec!["a", "b", "{p}"]), 1..4);
        let slash = prop::bool::weighted(0.2);
        let methods = prop::option::of(prop::sample::subsequence(vec![Method::GET, Method::PUT, Method::POST], 0..=2));
        let header = (prop::sample::select(vec!["x", "y"]), prop::sample::select(vec!["1", "2"]));
        (host, parts, slash, any::<bool>(), methods, prop::collection::vec(header, 0..3)).prop_map(
            |(host, parts, slash, is_prefix, methods, headers)| {
                let text = format!("/{}{}", parts.join("/"), if slash { "/" } else { "" });
                let parsed = if is_prefix { PathPattern::prefix(&text) } else { PathPattern::exact(&text) };
                let pair = |(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value));
                Route {
                    name: String::new(),
                    host: host.map(|host| HostPattern::parse(host).expect("a host")),
                    path: parsed.unwrap_or_else(|_| PathPattern::exact("/{p}/b").expect("a path")),
                    methods,
                    headers: headers.into_iter().map(pair).collect(),
                    policies: Vec::new(),
                    upstream: 0,
                    choices: vec![0],
                    identity_headers: Vec::new(),
                    public: true,
                    sensitive: false,
                    span: Span::from(0..0),
                }
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn it_finds_what_a_look_at_every_pair_finds(routes in prop::collection::vec(route(), 1..24)) {
            let mut index = Index::new(&routes);
            for (place, route) in routes.iter().enumerate() {
                let every = (0..place).filter(|earlier| equal_and_meeting(&routes[*earlier], route));
                prop_assert_eq!(index.add(place), every.collect::<Vec<usize>>());
            }
        }
    }
}
