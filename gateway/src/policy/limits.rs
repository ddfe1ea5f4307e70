//! The limits of a policy by name, and what it means to pass one.
//!
//! Never measures anything: `guest`, `clock` and `reading` do, each where the use happens.

use std::fmt;

/// One thing a policy may use only so much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Limit {
    /// thread CPU time of one call, in milliseconds
    CpuMs,
    /// thread CPU time of one start (instantiate, describe, configure), in milliseconds
    StartCpuMs,
    /// time on the wall of one call, in milliseconds
    WallMs,
    /// linear memory of one instance, in bytes
    MemoryBytes,
    /// elements of one table
    TableElements,
    /// core instances of one component instance; tables and memories as many each
    Parts,
    /// bytes that pass between guest and host in one call
    HostCallBytes,
    /// log lines of one call
    LogLines,
    /// bytes of all log lines of one call
    LogBytes,
    /// verifications that one call may ask for
    Verifications,
    /// header operations, or attributes, that one call returns
    ReturnedHeaders,
    /// bytes of what one call returns
    ReturnedBytes,
    /// stack of a guest, in bytes
    StackBytes,
}

impl Limit {
    /// The key under `[plugins.NAME.limits]`; `stack-bytes` and `verifications` are fixed and have none.
    pub fn word(self) -> &'static str {
        match self {
            Self::CpuMs => "cpu-ms",
            Self::StartCpuMs => "start-cpu-ms",
            Self::WallMs => "wall-ms",
            Self::MemoryBytes => "memory-bytes",
            Self::TableElements => "table-elements",
            Self::Parts => "instances",
            Self::HostCallBytes => "host-call-bytes",
            Self::LogLines => "log-lines",
            Self::LogBytes => "log-bytes",
            Self::Verifications => "verifications",
            Self::ReturnedHeaders => "returned-headers",
            Self::ReturnedBytes => "returned-bytes",
            Self::StackBytes => "stack-bytes",
        }
    }

    /// The word as metrics write it.
    pub fn kind(self) -> &'static str {
        match self {
            Self::CpuMs => "cpu_ms",
            Self::StartCpuMs => "start_cpu_ms",
            Self::WallMs => "wall_ms",
            Self::MemoryBytes => "memory_bytes",
            Self::TableElements => "table_elements",
            Self::Parts => "instances",
            Self::HostCallBytes => "host_call_bytes",
            Self::LogLines => "log_lines",
            Self::LogBytes => "log_bytes",
            Self::Verifications => "verifications",
            Self::ReturnedHeaders => "returned_headers",
            Self::ReturnedBytes => "returned_bytes",
            Self::StackBytes => "stack_bytes",
        }
    }

    /// What the limit is counted over.
    fn scope(self) -> &'static str {
        match self {
            Self::MemoryBytes | Self::Parts | Self::StackBytes => "in one instance",
            Self::TableElements => "in one table",
            Self::StartCpuMs => "in one start",
            _ => "in one call",
        }
    }
}

/// A policy wanted more than a limit allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exceeded {
    /// which limit
    pub limit: Limit,
    /// its value, in the limit's unit
    pub value: u64,
}

impl Exceeded {
    /// A limit with its value, in the limit's unit.
    pub fn new(limit: Limit, value: impl TryInto<u64>) -> Self {
        Self { limit, value: value.try_into().unwrap_or(u64::MAX) }
    }
}

impl fmt::Display for Exceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "used more than {} = {} {}", self.limit.word(), self.value, self.limit.scope())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passed_limit_is_named_with_its_value() {
        assert_eq!(Exceeded::new(Limit::CpuMs, 5_u64).to_string(), "used more than cpu-ms = 5 in one call");
        assert_eq!(Exceeded::new(Limit::Parts, 32_usize).to_string(), "used more than instances = 32 in one instance");
    }
}
