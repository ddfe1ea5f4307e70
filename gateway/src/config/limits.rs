//! What a plugin's instances may use: `[plugins.NAME.limits]`.
//!
//! Never enforces anything: the policy host does.

use std::time::Duration;

/// What one plugin instance may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PluginLimits {
    /// Linear memory, in bytes; all memories of an instance together.
    pub memory_bytes: usize,
    /// Elements of one table.
    pub table_elements: usize,
    /// Core instances of one instance of the component; tables and memories as many each.
    pub parts: usize,
    /// Thread CPU time of one call.
    pub cpu: Duration,
    /// Thread CPU time of one start: instantiate, describe and configure together.
    pub start_cpu: Duration,
    /// Time on the wall of one call.
    pub wall: Duration,
    /// Bytes that the host hands to the guest in one call, and that the guest hands over at once.
    pub host_call_bytes: usize,
    /// Log lines of one call.
    pub log_lines: usize,
    /// Bytes of all log lines of one call.
    pub log_bytes: usize,
    /// Log lines of all instances in one second; what is more is dropped.
    pub log_lines_per_second: u64,
    /// Header operations, or attributes, that one call returns.
    pub returned_headers: usize,
    /// Bytes of the names and values that one call returns.
    pub returned_bytes: usize,
    /// Bytes that kept answers may take, of all workers together; 0 keeps none.
    pub decision_cache_bytes: usize,
}

impl Default for PluginLimits {
    fn default() -> Self {
        Self {
            memory_bytes: 64 << 20,
            table_elements: 20_000,
            parts: 32,
            cpu: Duration::from_millis(5),
            start_cpu: Duration::from_secs(1),
            wall: Duration::from_secs(1),
            host_call_bytes: 1 << 20,
            log_lines: 32,
            log_bytes: 16 << 10,
            log_lines_per_second: 1000,
            returned_headers: 64,
            returned_bytes: 64 << 10,
            decision_cache_bytes: 0,
        }
    }
}
