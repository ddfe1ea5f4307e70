//! A measurement against one that was saved: in calls of the reference, not in time.
//!
//! Never compares what two ways of building the gateway measured.

use serde::Serialize;
use thiserror::Error;

use super::Measured;

/// Why two measurements cannot be compared.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum BaselineFault {
    /// another build of the gateway
    #[error(
        "the baseline was measured by a {then} build of witgate, and this is a {now} build; measure it again with --save"
    )]
    Build {
        /// the baseline's
        then: String,
        /// this one's
        now: String,
    },
    /// another role
    #[error("the baseline is of an {then}, and this is an {now}: it is another policy's")]
    World {
        /// the baseline's
        then: String,
        /// this one's
        now: String,
    },
}

/// One thing that both measured.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// what: `warm call`, `fresh instance`, `memory`, `component`
    pub what: &'static str,
    /// in the baseline: calls of the reference, or bytes
    pub then: f64,
    /// now
    pub now: f64,
    /// how much more it is now, in percent; negative where it is less
    pub percent: f64,
    /// whether it is past the threshold
    pub past: bool,
}

/// Everything that both measured; `threshold` is in percent.
///
/// # Errors
/// When they cannot be compared.
pub fn compare(then: &Measured, now: &Measured, threshold: f64) -> Result<Vec<Change>, BaselineFault> {
    if then.build != now.build {
        return Err(BaselineFault::Build { then: then.build.clone(), now: now.build.clone() });
    }
    if then.world != now.world {
        return Err(BaselineFault::World { then: then.world.clone(), now: now.world.clone() });
    }
    #[allow(clippy::cast_precision_loss, reason = "sizes are far below 2^52 bytes")]
    let size = |bytes: usize| bytes as f64;
    let pairs = [
        ("warm call", then.warm.by_reference, now.warm.by_reference),
        ("fresh instance", then.fresh.by_reference, now.fresh.by_reference),
        ("memory", size(then.memory_bytes), size(now.memory_bytes)),
        ("component", size(then.bytes), size(now.bytes)),
    ];
    Ok(pairs.into_iter().map(|(what, then, now)| change(what, then, now, threshold)).collect())
}

fn change(what: &'static str, then: f64, now: f64, threshold: f64) -> Change {
    let percent = if then > 0.0 { (now / then - 1.0) * 100.0 } else { 0.0 };
    Change { what, then, now, percent, past: percent > threshold }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workbench::bench::Spread;

    fn measured(warm: f64, bytes: usize) -> Measured {
        let spread = |by_reference| Spread { median_nanos: 1, p99_nanos: 2, by_reference };
        Measured {
            component: "a 1".into(),
            sha256: String::new(),
            world: "authorizer".into(),
            bytes,
            cases: 1,
            build: "release".into(),
            warm: spread(warm),
            fresh: spread(50.0),
            start: spread(40.0),
            memory_bytes: 1 << 20,
            reference_nanos: 7000,
            reference_start_nanos: 90_000,
        }
    }

    #[test]
    fn only_what_grew_past_the_threshold_is_past_it() {
        let changes = compare(&measured(2.0, 1000), &measured(2.5, 1050), 10.0).expect("comparable");
        let past: Vec<&str> = changes.iter().filter(|change| change.past).map(|change| change.what).collect();
        assert_eq!(past, ["warm call"]);
        assert!((changes[0].percent - 25.0).abs() < 1e-9 && (changes[3].percent - 5.0).abs() < 1e-9, "{changes:?}");
        assert!(
            compare(&measured(2.0, 1000), &measured(1.0, 10), 0.0).expect("comparable").iter().all(|one| !one.past)
        );
    }

    #[test]
    fn another_build_or_role_is_no_baseline() {
        let other = Measured { build: "debug".into(), ..measured(1.0, 1) };
        assert!(compare(&other, &measured(1.0, 1), 10.0).is_err_and(|fault| fault.to_string().contains("--save")));
        let other = Measured { world: "filter".into(), ..measured(1.0, 1) };
        assert!(matches!(compare(&other, &measured(1.0, 1), 10.0), Err(BaselineFault::World { .. })));
    }
}
