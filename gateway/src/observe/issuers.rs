//! The metrics of the issuers' keys, made anew for each look from what the keyring reports.
//!
//! Never keeps a count of its own: keys that a reload keeps go on counting, and those from elsewhere start anew.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use witgate_keyring::{CacheReport, FeedState, IssuerReport};
use witgate_token::KeyFault;

/// What ends an OpenMetrics text.
const END: &str = "# EOF\n";

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct IssuerLabels {
    issuer: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DroppedLabels {
    issuer: String,
    reason: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FetchLabels {
    issuer: String,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FeedLabels {
    issuer: String,
    state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct LookUpLabels {
    outcome: &'static str,
}

#[derive(Default)]
struct Families {
    keys: Family<IssuerLabels, Gauge>,
    generations: Family<IssuerLabels, Gauge>,
    dropped: Family<DroppedLabels, Gauge>,
    fetches: Family<FetchLabels, Counter>,
    revocations: Family<IssuerLabels, Gauge>,
    revocations_percent: Family<IssuerLabels, Gauge>,
    feeds: Family<FeedLabels, Gauge>,
    feed_ages: Family<IssuerLabels, Gauge>,
    feed_alarms: Family<IssuerLabels, Gauge>,
    cached: Gauge,
    cached_bytes: Gauge,
    looked_up: Family<LookUpLabels, Counter>,
}

/// Puts the issuers' metrics behind the others of an OpenMetrics text.
///
/// # Errors
/// When they cannot be written as text.
pub fn append(text: &str, reports: &[IssuerReport], cache: &CacheReport) -> Result<String, std::fmt::Error> {
    let families = Families::default();
    for report in reports {
        families.count(report);
    }
    families.count_cache(cache);
    let mut whole = text.strip_suffix(END).unwrap_or(text).to_owned();
    encode(&mut whole, &families.registry())?;
    Ok(whole)
}

impl Families {
    fn count(&self, report: &IssuerReport) {
        let issuer = || report.name.clone();
        let labels = IssuerLabels { issuer: issuer() };
        self.keys.get_or_create(&labels).set(i64::try_from(report.keys).unwrap_or(i64::MAX));
        self.generations.get_or_create(&labels).set(i64::try_from(report.generation).unwrap_or(i64::MAX));
        for key in &report.dropped {
            self.dropped.get_or_create(&DroppedLabels { issuer: issuer(), reason: word(key.fault) }).inc();
        }
        for (outcome, count) in [("succeeded", report.fetches_succeeded), ("failed", report.fetches_failed)] {
            self.fetches.get_or_create(&FetchLabels { issuer: issuer(), outcome }).inc_by(count);
        }
        self.revocations.get_or_create(&labels).set(i64::try_from(report.revocations).unwrap_or(i64::MAX));
        let percent = i64::try_from(report.revocations_percent).unwrap_or(i64::MAX);
        self.revocations_percent.get_or_create(&labels).set(percent);
        self.feeds.get_or_create(&FeedLabels { issuer: issuer(), state: state(report.feed) }).set(1);
        if report.feed != FeedState::Off {
            self.feed_alarms.get_or_create(&labels).set(report.feed_alarm.into());
        }
        if let FeedState::Fresh(age) | FeedState::Alarmed(age) | FeedState::Stale(age) = report.feed {
            self.feed_ages.get_or_create(&labels).set(i64::try_from(age.as_secs()).unwrap_or(i64::MAX));
        }
    }

    fn count_cache(&self, cache: &CacheReport) {
        self.cached.set(i64::try_from(cache.entries).unwrap_or(i64::MAX));
        self.cached_bytes.set(i64::try_from(cache.bytes).unwrap_or(i64::MAX));
        for (outcome, count) in [("hit", cache.hits), ("miss", cache.misses)] {
            self.looked_up.get_or_create(&LookUpLabels { outcome }).inc_by(count);
        }
    }

    fn registry(self) -> Registry {
        let mut registry = Registry::with_prefix("witgate_issuer");
        registry.register("keys", "Keys in force, by issuer", self.keys);
        registry.register("key_set_generation", "Number of the key set in force; 0 is none yet", self.generations);
        registry.register("keys_dropped", "Keys left out of the document in force, by issuer and reason", self.dropped);
        registry.register(
            "fetches",
            "Fetches of key sets and readings of key files, by issuer and outcome",
            self.fetches,
        );
        registry.register("revocations", "Revocations in force, by issuer", self.revocations);
        registry.register(
            "revocations_percent",
            "How full the fuller list of revocations is, by issuer",
            self.revocations_percent,
        );
        registry.register("revocation_feed", "1 at the state of the feed of revocations, by issuer", self.feeds);
        registry.register("revocation_feed_age_seconds", "Age of the feed's last word, by issuer", self.feed_ages);
        registry.register(
            "revocation_feed_alarm",
            "1 while the feed has said nothing for too long, by issuer",
            self.feed_alarms,
        );
        registry.register("cached_tokens", "Verified tokens that are kept, of all issuers", self.cached);
        registry.register("cached_token_bytes", "What the kept tokens weigh, in bytes", self.cached_bytes);
        registry.register("token_look_ups", "Look-ups among the kept tokens, by outcome", self.looked_up);
        registry
    }
}

/// A stable word for each state of a feed. With `awaited` and `stale` no token of the issuer passes.
fn state(feed: FeedState) -> &'static str {
    match feed {
        FeedState::Off => "off",
        FeedState::Awaited => "awaited",
        FeedState::Fresh(_) => "fresh",
        FeedState::Alarmed(_) => "alarmed",
        FeedState::Stale(_) => "stale",
    }
}

/// A stable word for each reason.
fn word(fault: KeyFault) -> &'static str {
    match fault {
        KeyFault::Member(_) => "member",
        KeyFault::Kty => "kty",
        KeyFault::Private => "private",
        KeyFault::Use => "use",
        KeyFault::KeyOps => "key_ops",
        KeyFault::Algorithm => "algorithm",
        KeyFault::Curve => "curve",
        KeyFault::Encoding => "encoding",
        KeyFault::RsaSize => "rsa_size",
        KeyFault::RsaExponent => "rsa_exponent",
        KeyFault::Roca => "roca",
        KeyFault::Invalid => "invalid",
        KeyFault::Duplicate => "duplicate",
        KeyFault::OtherKind => "other_kind",
        KeyFault::Pem => "pem",
        KeyFault::PemSeveral => "pem_several",
        KeyFault::PemPrivate => "pem_private",
        KeyFault::PemCertificate => "pem_certificate",
        KeyFault::SecretTooShort => "secret_too_short",
        KeyFault::SecretIsKey => "secret_is_key",
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::observe::metrics::Metrics;
    use witgate_token::DroppedKey;

    fn report() -> IssuerReport {
        let dropped = |index, fault| DroppedKey { index, kid: None, fault };
        IssuerReport {
            name: "main".into(),
            generation: 3,
            keys: 2,
            dropped: vec![dropped(0, KeyFault::Kty), dropped(1, KeyFault::Kty), dropped(2, KeyFault::Member("kid"))],
            fetches_succeeded: 5,
            fetches_failed: 7,
            last_failure: Some("never shown".into()),
            since_success: None,
            feed: FeedState::Stale(Duration::from_secs(61)),
            feed_alarm: true,
            revocations: 4,
            revocations_percent: 81,
        }
    }

    #[test]
    fn each_feed_is_seen_in_its_one_state() {
        let age = Duration::from_secs(3);
        for (feed, word, has_age) in [
            (FeedState::Off, "off", false),
            (FeedState::Awaited, "awaited", false),
            (FeedState::Fresh(age), "fresh", true),
            (FeedState::Alarmed(age), "alarmed", true),
            (FeedState::Stale(age), "stale", true),
        ] {
            let text = append(END, &[IssuerReport { feed, ..report() }], &CacheReport::default()).expect("encodes");
            let line = format!("\nwitgate_issuer_revocation_feed{{issuer=\"main\",state=\"{word}\"}} 1\n");
            assert!(text.contains(&line) && text.matches("state=").count() == 1, "{word}: {text}");
            let alarm = text.contains("witgate_issuer_revocation_feed_alarm{issuer=\"main\"} 1\n");
            assert_eq!(alarm, feed != FeedState::Off, "{word}: {text}");
            assert_eq!(text.contains("feed_age_seconds{issuer=\"main\"} 3\n"), has_age, "{word}: {text}");
        }
    }

    #[test]
    fn the_issuers_metrics_follow_the_others() {
        let mut cache = CacheReport::default();
        (cache.entries, cache.bytes, cache.hits, cache.misses) = (8, 9000, 10, 11);
        let others = Metrics::default().encode().expect("encodes");
        let text = append(&others, &[report()], &cache).expect("encodes");
        for line in [
            "witgate_issuer_keys{issuer=\"main\"} 2",
            "witgate_issuer_key_set_generation{issuer=\"main\"} 3",
            "witgate_issuer_keys_dropped{issuer=\"main\",reason=\"kty\"} 2",
            "witgate_issuer_keys_dropped{issuer=\"main\",reason=\"member\"} 1",
            "witgate_issuer_fetches_total{issuer=\"main\",outcome=\"succeeded\"} 5",
            "witgate_issuer_fetches_total{issuer=\"main\",outcome=\"failed\"} 7",
            "witgate_issuer_revocations{issuer=\"main\"} 4",
            "witgate_issuer_revocations_percent{issuer=\"main\"} 81",
            "witgate_issuer_revocation_feed_age_seconds{issuer=\"main\"} 61",
            "witgate_issuer_revocation_feed_alarm{issuer=\"main\"} 1",
            "witgate_issuer_cached_tokens 8",
            "witgate_issuer_cached_token_bytes 9000",
            "witgate_issuer_token_look_ups_total{outcome=\"hit\"} 10",
            "witgate_issuer_token_look_ups_total{outcome=\"miss\"} 11",
            "witgate_connections 0",
        ] {
            assert!(text.contains(&format!("\n{line}\n")), "{line} is missing from\n{text}");
        }
        assert!(text.ends_with(END) && text.matches(END).count() == 1 && !text.contains("never shown"), "{text}");
    }
}
