//! The limits of numbers in auth.toml, and what holds where none is written. Never reads a file.

use crate::password;

/// Shortest life of an access token, in seconds.
pub const MIN_ACCESS_TOKEN_SECONDS: u32 = 30;
/// Longest life of an access token, in seconds: a stolen one works until it expires.
pub const MAX_ACCESS_TOKEN_SECONDS: u32 = 3600;
/// Life of an access token, in seconds, where not given.
pub(super) const ACCESS_TOKEN_SECONDS: u32 = 600;
/// Most connections to PostgreSQL.
pub(super) const MAX_CONNECTIONS: u64 = 200;
/// Connections to PostgreSQL where not given.
pub(super) const CONNECTIONS: u64 = 16;
/// Longest time between two signing keys, in days.
pub(super) const MAX_ROTATE_DAYS: u32 = 3650;
/// Time between two signing keys, in days, where not given.
pub(super) const ROTATE_DAYS: u32 = 90;
/// Longest time for which a key is published before it signs, in seconds.
pub(super) const MAX_AHEAD_SECONDS: u32 = 86_400;
/// How long a key is published before it signs, in seconds, where not given.
pub(super) const AHEAD_SECONDS: u32 = 600;
/// Longest session, in days.
pub(super) const MAX_SESSION_DAYS: u64 = 365;
/// Days after which an unused session ends, where not given.
pub(super) const IDLE_DAYS: u64 = 14;
/// Days after which a session ends, where not given.
pub(super) const ABSOLUTE_DAYS: u64 = 30;
/// Least number of characters that may be asked of a new password (NIST SP 800-63B).
pub(super) const LEAST_MIN_LENGTH: u64 = 8;
/// Most characters that may be asked of a new password.
pub(super) const MOST_MIN_LENGTH: u64 = 64;
/// Least memory of argon2id, in KiB (OWASP: 7 MiB, with five passes).
pub(super) const MIN_MEMORY_KIB: u32 = password::MIN_MEMORY_KIB;
/// Most memory of argon2id, in KiB.
pub(super) const MAX_MEMORY_KIB: u32 = password::MAX_MEMORY_KIB;
/// Memory of argon2id, in KiB, where not given (OWASP: 19 MiB, with two passes).
pub(super) const MEMORY_KIB: u32 = 19 * 1024;
/// Most passes of argon2id.
pub(super) const MAX_PASSES: u32 = password::MAX_PASSES;
/// Passes of argon2id where not given.
pub(super) const PASSES: u32 = 2;
/// Most lanes of argon2id.
pub(super) const MAX_LANES: u32 = password::MAX_LANES;
/// Lanes of argon2id where not given.
pub(super) const LANES: u32 = 1;
/// Least memory times passes of argon2id, in KiB: the weakest pair that OWASP recommends.
pub(super) const MIN_WORK_KIB: u32 = 5 * MIN_MEMORY_KIB;
/// Most resources.
pub(super) const MAX_LISTED: usize = 100;
