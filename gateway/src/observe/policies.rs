//! What is counted of each plugin: its calls, its instances, its breaker.
//!
//! Never looks a label up in the way of a call: a plugin asks for its counters when it is loaded.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// One plugin.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct PluginLabels {
    plugin: String,
}

/// The metrics of all plugins.
#[derive(Debug, Default)]
pub struct PolicyMetrics {
    calls: Family<PluginLabels, Counter>,
    recalled: Family<PluginLabels, Counter>,
    skipped: Family<PluginLabels, Counter>,
    started: Family<PluginLabels, Counter>,
    recycled: Family<PluginLabels, Counter>,
    dropped: Family<PluginLabels, Counter>,
    log_dropped: Family<PluginLabels, Counter>,
    breaker: Family<PluginLabels, Gauge>,
}

/// The counters of one plugin.
#[derive(Debug, Clone)]
pub struct PolicyCounters {
    calls: Counter,
    recalled: Counter,
    skipped: Counter,
    started: Counter,
    recycled: Counter,
    dropped: Counter,
    log_dropped: Counter,
    breaker: Gauge,
}

impl PolicyMetrics {
    pub(super) fn register(&self, registry: &mut Registry) {
        let instances = [
            ("started", "Instances made after the load", &self.started),
            ("recycled", "Instances replaced by calls, age or memory", &self.recycled),
            ("dropped", "Instances dropped after a fault or a call that was given up", &self.dropped),
        ];
        registry.register("policy_calls", "Calls of a policy that were admitted", self.calls.clone());
        let recalled = "Calls among them that were answered from the decision cache";
        registry.register("policy_calls_recalled", recalled, self.recalled.clone());
        registry.register("policy_skipped", "Calls passed over by `on-fault = \"skip\"`", self.skipped.clone());
        registry.register("policy_breaker", "1 while the plugin is not asked", self.breaker.clone());
        let unwritten = "Log lines beyond log-lines-per-second";
        registry.register("policy_log_lines_dropped", unwritten, self.log_dropped.clone());
        for (name, help, family) in instances {
            registry.register(format!("policy_instances_{name}"), help, family.clone());
        }
    }

    /// The counters of a plugin that is loaded now: its breaker is closed.
    pub fn of(&self, plugin: &str) -> PolicyCounters {
        let labels = PluginLabels { plugin: plugin.to_owned() };
        let counters = PolicyCounters {
            calls: self.calls.get_or_create(&labels).clone(),
            recalled: self.recalled.get_or_create(&labels).clone(),
            skipped: self.skipped.get_or_create(&labels).clone(),
            started: self.started.get_or_create(&labels).clone(),
            recycled: self.recycled.get_or_create(&labels).clone(),
            dropped: self.dropped.get_or_create(&labels).clone(),
            log_dropped: self.log_dropped.get_or_create(&labels).clone(),
            breaker: self.breaker.get_or_create(&labels).clone(),
        };
        counters.breaker.set(0);
        counters
    }
}

impl PolicyCounters {
    /// A call was admitted.
    pub fn called(&self) {
        self.calls.inc();
    }

    /// A call was answered from the decision cache.
    pub fn recalled(&self) {
        self.recalled.inc();
    }

    /// A filter was passed over.
    pub fn skipped(&self) {
        self.skipped.inc();
    }

    /// An instance was made after the load.
    pub fn started(&self) {
        self.started.inc();
    }

    /// An instance had served long enough.
    pub fn recycled(&self) {
        self.recycled.inc();
    }

    /// An instance was dropped after a fault or a call that was given up.
    pub fn dropped(&self) {
        self.dropped.inc();
    }

    /// A log line was dropped.
    pub fn log_line_dropped(&self) {
        self.log_dropped.inc();
    }

    /// The breaker opened or closed.
    pub fn breaker(&self, open: bool) {
        self.breaker.set(i64::from(open));
    }
}
