//! The counters and histograms behind `GET /metrics` (OpenMetrics text).
//!
//! Labels come from configuration and from the stable codes of the gateway and its policies, never from a request's own
//! text.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::logging;
use super::policies::PolicyMetrics;
use super::route_meter::RouteMeter;

/// Upper bounds of the request histogram's buckets, in seconds.
const REQUEST_BUCKETS: [f64; 12] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

/// Most codes of policies that are counted by name for one route. A policy chooses its codes, and each lasts as long as the process.
const MOST_CODES: usize = 64;
/// The label of codes beyond them. No code has such a sign.
const OTHER_CODE: &str = "(other)";

/// The label of requests that matched no route.
pub const NO_ROUTE: &str = "-";

/// One finished request.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct RequestLabels {
    route: String,
    status: u16,
}

/// One refusal by the gateway or a policy.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct RefusalLabels {
    route: String,
    code: String,
}

/// One answer whose body did not come to its end.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct CutLabels {
    route: String,
    kind: &'static str,
}

/// One token that was refused. The reason is one of a fixed set, which the type says.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct TokenRefusalLabels {
    reason: &'static str,
}

/// One fault of a policy.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct FaultLabels {
    plugin: String,
    kind: &'static str,
}

/// One question that a candidate was sampled for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct ShadowLabels {
    plugin: String,
    outcome: &'static str,
}

/// One call of a request that is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct RecordedLabels {
    outcome: &'static str,
}

/// One debug header.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct DebugLabels {
    outcome: &'static str,
}

/// One attempt to load a new generation.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct ReloadLabels {
    outcome: &'static str,
}

/// Every metric of the process; shared by all workers.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    refusals: Family<RefusalLabels, Counter>,
    /// the codes of policies, by route
    codes: Mutex<HashMap<String, HashSet<String>>>,
    token_refusals: Family<TokenRefusalLabels, Counter>,
    answers_cut: Family<CutLabels, Counter>,
    faults: Family<FaultLabels, Counter>,
    reloads: Family<ReloadLabels, Counter>,
    shadow: Family<ShadowLabels, Counter>,
    recorded: Family<RecordedLabels, Counter>,
    debug_headers: Family<DebugLabels, Counter>,
    generation: Gauge,
    connections: Gauge,
    log_lines_dropped: Counter,
    seconds: Histogram,
    policies: PolicyMetrics,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("witgate"),
            requests: Family::default(),
            refusals: Family::default(),
            codes: Mutex::default(),
            token_refusals: Family::default(),
            answers_cut: Family::default(),
            faults: Family::default(),
            reloads: Family::default(),
            shadow: Family::default(),
            recorded: Family::default(),
            debug_headers: Family::default(),
            generation: Gauge::default(),
            connections: Gauge::default(),
            log_lines_dropped: Counter::default(),
            seconds: Histogram::new(REQUEST_BUCKETS),
            policies: PolicyMetrics::default(),
        };
        metrics.register();
        metrics
    }
}

impl Metrics {
    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register("requests", "Requests answered, by route and status", self.requests.clone());
        registry.register("refusals", "Requests refused, by route and stable code", self.refusals.clone());
        registry.register("token_refusals", "Tokens refused, by precise reason", self.token_refusals.clone());
        registry.register("answers_cut", "Answers whose body ended early, by route and kind", self.answers_cut.clone());
        registry.register("policy_faults", "Traps and broken promises, by plugin and kind", self.faults.clone());
        registry.register("reloads", "Attempts to load a new generation, by outcome", self.reloads.clone());
        registry.register("shadow", "Questions for candidates, by live plugin and outcome", self.shadow.clone());
        registry.register("recorded", "Calls of recorded requests, by what became of them", self.recorded.clone());
        registry.register("debug_headers", "Debug headers, by what became of them", self.debug_headers.clone());
        registry.register("generation", "Number of the generation in force", self.generation.clone());
        registry.register("connections", "Client connections open", self.connections.clone());
        let dropped = self.log_lines_dropped.clone();
        registry.register("log_lines_dropped", "Lines of the log for which its reader was too slow", dropped);
        registry.register("request_seconds", "Time until the response head", self.seconds.clone());
        self.policies.register(registry);
    }

    /// Counts one answered request, of a route or of none.
    pub fn request(&self, route: Option<&RouteMeter>, status: u16, took: Duration) {
        let counter = |route: &str| self.requests.get_or_create_owned(&RequestLabels { route: route.into(), status });
        match route {
            Some(route) => route.count(status, || counter(route.name())),
            None => _ = counter(NO_ROUTE).inc(),
        }
        self.seconds.observe(took.as_secs_f64());
    }

    /// Counts one refusal by the gateway itself, whose codes are few.
    pub fn refusal(&self, route: &str, code: &'static str) {
        self.refusals.get_or_create(&RefusalLabels { route: route.into(), code: code.into() }).inc();
    }

    /// Counts one refusal by a policy, which may make its codes up.
    pub fn policys_refusal(&self, route: &str, code: &str) {
        let mut labels = RefusalLabels { route: route.into(), code: code.into() };
        if self.refusals.get(&labels).is_none() {
            labels = self.policys(labels);
        }
        self.refusals.get_or_create(&labels).inc();
    }

    /// The labels under which a policy's refusal is counted: few enough for any policy.
    fn policys(&self, mut labels: RefusalLabels) -> RefusalLabels {
        let mut codes = self.codes.lock().unwrap_or_else(PoisonError::into_inner);
        let codes = codes.entry(labels.route.clone()).or_default();
        if codes.len() < MOST_CODES {
            codes.insert(labels.code.clone());
        } else if !codes.contains(&labels.code) {
            OTHER_CODE.clone_into(&mut labels.code);
        }
        labels
    }

    /// Counts one refused token, beside the refusal of its request.
    pub fn token_refusal(&self, reason: &'static str) {
        self.token_refusals.get_or_create(&TokenRefusalLabels { reason }).inc();
    }

    /// Counts one answer that its upstream did not bring to its end: `stalled` or `broken`.
    pub fn answer_cut(&self, route: &str, kind: &'static str) {
        self.answers_cut.get_or_create(&CutLabels { route: route.into(), kind }).inc();
    }

    /// Counts one fault of a policy.
    pub fn fault(&self, plugin: &str, kind: &'static str) {
        self.faults.get_or_create(&FaultLabels { plugin: plugin.into(), kind }).inc();
    }

    /// The metrics of each plugin.
    pub fn policies(&self) -> &PolicyMetrics {
        &self.policies
    }

    /// Counts one question for the candidate beside a plugin: `agreed`, `differed`, `faulted` or `dropped`.
    pub fn shadowed(&self, plugin: &str, outcome: &'static str) {
        self.shadow.get_or_create(&ShadowLabels { plugin: plugin.into(), outcome }).inc();
    }

    /// Counts one call of a recorded request: `written`, `dropped`, `too-large` or `failed`.
    pub fn recorded(&self, outcome: &'static str) {
        self.recorded.get_or_create(&RecordedLabels { outcome }).inc();
    }

    /// Counts one debug header: `traced`, `refused`, `unread` or `elsewhere`.
    pub fn debug_header(&self, outcome: &'static str) {
        self.debug_headers.get_or_create(&DebugLabels { outcome }).inc();
    }

    /// Counts one reload and, when it was accepted, notes the generation now in force.
    pub fn reload(&self, accepted: Option<u64>) {
        let outcome = if accepted.is_some() { "accepted" } else { "refused" };
        self.reloads.get_or_create(&ReloadLabels { outcome }).inc();
        if let Some(number) = accepted {
            self.generation.set(i64::try_from(number).unwrap_or(i64::MAX));
        }
    }

    /// Counts a connection for as long as the answer lives.
    pub fn connection(&self) -> OpenConnection {
        self.connections.inc();
        OpenConnection(self.connections.clone())
    }

    /// The whole registry as OpenMetrics text.
    pub fn encode(&self) -> Result<String, std::fmt::Error> {
        self.log_lines_dropped.inner().store(logging::dropped_lines(), Ordering::Relaxed);
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// Counts down when the connection ends.
#[derive(Debug)]
pub struct OpenConnection(Gauge);

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.dec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_is_shown_under_its_public_name() {
        let metrics = Metrics::default();
        metrics.request(Some(&RouteMeter::new("orders")), 200, Duration::from_millis(3));
        metrics.request(None, 404, Duration::from_millis(1));
        metrics.refusal("orders", "token_invalid");
        metrics.token_refusal("token_expired");
        metrics.answer_cut("orders", "stalled");
        metrics.fault("authz", "trap");
        let policy = metrics.policies().of("stamp");
        policy.called();
        policy.skipped();
        policy.started();
        policy.recycled();
        policy.dropped();
        policy.log_line_dropped();
        policy.breaker(true);
        metrics.shadowed("authz", "differed");
        metrics.recorded("written");
        metrics.debug_header("traced");
        metrics.reload(Some(7));
        let open = metrics.connection();
        let text = metrics.encode().expect("encodes");
        for line in [
            "witgate_requests_total{route=\"orders\",status=\"200\"} 1",
            "witgate_requests_total{route=\"-\",status=\"404\"} 1",
            "witgate_refusals_total{route=\"orders\",code=\"token_invalid\"} 1",
            "witgate_token_refusals_total{reason=\"token_expired\"} 1",
            "witgate_answers_cut_total{route=\"orders\",kind=\"stalled\"} 1",
            "witgate_log_lines_dropped_total 0",
            "witgate_policy_faults_total{plugin=\"authz\",kind=\"trap\"} 1",
            "witgate_policy_calls_total{plugin=\"stamp\"} 1",
            "witgate_policy_skipped_total{plugin=\"stamp\"} 1",
            "witgate_policy_instances_started_total{plugin=\"stamp\"} 1",
            "witgate_policy_instances_recycled_total{plugin=\"stamp\"} 1",
            "witgate_policy_instances_dropped_total{plugin=\"stamp\"} 1",
            "witgate_policy_log_lines_dropped_total{plugin=\"stamp\"} 1",
            "witgate_policy_breaker{plugin=\"stamp\"} 1",
            "witgate_reloads_total{outcome=\"accepted\"} 1",
            "witgate_shadow_total{plugin=\"authz\",outcome=\"differed\"} 1",
            "witgate_recorded_total{outcome=\"written\"} 1",
            "witgate_debug_headers_total{outcome=\"traced\"} 1",
            "witgate_generation 7",
            "witgate_connections 1",
        ] {
            assert!(text.contains(line), "{line} is missing from\n{text}");
        }
        drop(open);
        assert!(metrics.encode().expect("encodes").contains("witgate_connections 0"));
    }

    #[test]
    fn a_policy_that_makes_codes_up_fills_no_memory() {
        let metrics = Metrics::default();
        for number in 0..3 * MOST_CODES {
            metrics.policys_refusal("orders", &format!("denied_{number}"));
        }
        for route in ["orders", "stock"] {
            metrics.policys_refusal(route, "denied_0");
        }
        metrics.refusal("orders", "policy_fault");
        let text = metrics.encode().expect("encodes");
        assert_eq!(
            text.lines().filter(|line| line.starts_with("witgate_refusals_total{route=\"orders\"")).count(),
            MOST_CODES + 2
        );
        for line in [
            "witgate_refusals_total{route=\"orders\",code=\"denied_0\"} 2",
            "witgate_refusals_total{route=\"orders\",code=\"(other)\"} 128",
            "witgate_refusals_total{route=\"stock\",code=\"denied_0\"} 1",
            "witgate_refusals_total{route=\"orders\",code=\"policy_fault\"} 1",
        ] {
            assert!(text.contains(line), "{line} is missing from\n{text}");
        }
    }
}
