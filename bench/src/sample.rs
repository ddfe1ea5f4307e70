//! One measurement of one program, and the median of several. Never compares programs: tables do.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Result;

use crate::load::{self, Pace, Plan};
use crate::programs::Program;

/// How long a program is asked before what is measured.
const WARM_UP: Duration = Duration::from_millis(500);

/// What is asked of a program, and how.
#[derive(Clone, Copy)]
pub struct Ask<'a> {
    /// whole requests; they go out in turn
    pub requests: &'a [Vec<u8>],
    /// connections, kept open
    pub connections: usize,
    /// when requests are sent
    pub pace: Pace,
    /// for how long
    pub duration: Duration,
    /// the load's cores
    pub cores: &'a [usize],
}

/// What was measured.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sample {
    /// requests a second
    pub rate: f64,
    /// latency in microseconds: the median
    pub p50: f64,
    /// the 99th percentile
    pub p99: f64,
    /// the 99.9th percentile
    pub p999: f64,
    /// CPU time of the program for one request, in microseconds
    pub cpu: f64,
    /// its resident memory after that, in MiB
    pub resident: f64,
}

/// Warms the program up, then measures it.
///
/// # Errors
/// When the load fails.
pub fn sample(program: &Program, ask: &Ask<'_>) -> Result<Sample> {
    let plan = |duration| Plan {
        address: program.address,
        requests: ask.requests,
        status: 200,
        connections: ask.connections,
        pace: ask.pace,
        duration,
        cores: ask.cores,
    };
    load::run(&plan(WARM_UP.min(ask.duration)))?;
    let before = program.usage()?;
    let measured = load::run(&plan(ask.duration))?;
    let after = program.usage()?;
    #[expect(clippy::cast_precision_loss, reason = "counts and sizes far below 2^52")]
    Ok(Sample {
        rate: measured.rate(),
        p50: measured.micros_at(0.5),
        p99: measured.micros_at(0.99),
        p999: measured.micros_at(0.999),
        cpu: (after.cpu - before.cpu) * 1e6 / measured.answers() as f64,
        resident: after.resident as f64 / f64::from(1 << 20),
    })
}

/// The whole request for a path, with a token where there is one.
pub fn request(address: SocketAddr, path: &str, token: Option<&str>) -> Vec<u8> {
    let token = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
    format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nAccept: */*\r\nUser-Agent: witgate-bench\r\n{token}\r\n")
        .into_bytes()
}

/// The value in the middle; of an even number the upper one of the two.
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_no_mean() {
        assert!((median([900.0, 10.0, 100.0]) - 100.0).abs() < f64::EPSILON);
        assert!(median([]).is_nan());
    }
}
