//! The soft lock on sign-ins: after some free failures each further one locks the account, or the source, for twice as
//! long, up to a cap. Pure: the caller brings the stored failures and the time. Never locks for good, and its keys hold
//! no name that was typed.
//!
//! The caller's part: refuse while [`Failures::locked_until`] says so, without looking at the password and without
//! counting the attempt (else whoever keeps trying locks the owner out for good). Count each wrong password.

use std::fmt;
use std::net::IpAddr;

use hmac::{Hmac, KeyInit, Mac};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use sha2::Sha256;

use crate::clock::UnixSeconds;

/// Failures of an account that lock nothing.
pub const FREE_ACCOUNT_FAILURES: u32 = 5;
/// Failures of a source that lock nothing: many people may stand behind one address.
pub const FREE_SOURCE_FAILURES: u32 = 20;
/// Longest lock, in seconds.
pub const LOCK_CAP_SECONDS: UnixSeconds = 15 * 60;
/// After this long without a failure, in seconds, all are forgotten.
pub const FORGET_SECONDS: UnixSeconds = 24 * HOUR_SECONDS;
/// More failures than these lock no longer, so they are not counted.
const MAX_COUNT: u32 = 64;
/// Each of these without a failure halves the count.
const HOUR_SECONDS: UnixSeconds = 3600;
/// The network that one IPv6 customer has.
const IPV6_PREFIX_BITS: u8 = 64;

/// Whose failures are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ThrottleKey {
    /// An account's name, whether there is such an account or not.
    Account(AccountDigest),
    /// An address or a network that requests come from.
    Source(SourceNetwork),
}

/// HMAC-SHA-256 of a folded name under the service's key: it cannot be guessed back without the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AccountDigest([u8; 32]);

/// An IPv4 address, or the /64 of an IPv6 address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SourceNetwork(IpNet);

impl ThrottleKey {
    /// The key of an account. The name is what was typed; its case does not count.
    pub fn account(key: &[u8; 32], name: &str) -> ThrottleKey {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
        mac.update(b"witgate throttle account\0");
        mac.update(name.to_ascii_lowercase().as_bytes());
        ThrottleKey::Account(AccountDigest(mac.finalize().into_bytes().into()))
    }

    /// The key of a caller's address.
    pub fn source(address: IpAddr) -> ThrottleKey {
        let network = match address.to_canonical() {
            IpAddr::V4(address) => IpNet::V4(Ipv4Net::from(address)),
            IpAddr::V6(address) => IpNet::V6(Ipv6Net::new_assert(address, IPV6_PREFIX_BITS).trunc()),
        };
        ThrottleKey::Source(SourceNetwork(network))
    }

    /// Whether a good sign-in forgets the failures. Those of a source stay: its next good sign-in may be the
    /// attacker's own account.
    pub fn is_cleared_by_success(&self) -> bool {
        matches!(self, ThrottleKey::Account(_))
    }

    fn free_failures(&self) -> u32 {
        match self {
            ThrottleKey::Account(_) => FREE_ACCOUNT_FAILURES,
            ThrottleKey::Source(_) => FREE_SOURCE_FAILURES,
        }
    }
}

/// The stored form: `account:` and 64 hex digits, or `source:` and a network. It never changes.
impl fmt::Display for ThrottleKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ThrottleKey::Source(SourceNetwork(network)) => write!(f, "source:{network}"),
            ThrottleKey::Account(AccountDigest(digest)) => {
                f.write_str("account:")?;
                digest.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }
    }
}

/// What the store keeps for a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failures {
    /// How many, as of the last one.
    pub count: u32,
    /// When the last one was.
    pub last_at: UnixSeconds,
}

impl Failures {
    /// What to store after one more failure. Read and write in one transaction.
    pub fn after_failure(before: Option<Failures>, now: UnixSeconds) -> Failures {
        let remembered = before.map_or(0, |before| before.remembered(now));
        Failures { count: remembered.saturating_add(1).min(MAX_COUNT), last_at: now }
    }

    /// Until when nobody may try; `None` when they may. At most [`LOCK_CAP_SECONDS`] from now, also when the clock was
    /// set back.
    pub fn locked_until(&self, key: &ThrottleKey, now: UnixSeconds) -> Option<UnixSeconds> {
        if self.is_forgotten(now) {
            return None;
        }
        let end = self.last_at.saturating_add(lock_seconds(self.count, key.free_failures()));
        (end > now).then(|| end.min(now.saturating_add(LOCK_CAP_SECONDS)))
    }

    /// Whether the store may remove them. So may those of a future that is further away than any lock: the clock was
    /// set back.
    pub fn is_forgotten(&self, now: UnixSeconds) -> bool {
        let age = now.saturating_sub(self.last_at);
        !(-LOCK_CAP_SECONDS..FORGET_SECONDS).contains(&age)
    }

    /// How many still count.
    fn remembered(&self, now: UnixSeconds) -> u32 {
        if self.is_forgotten(now) {
            return 0;
        }
        let hours = now.saturating_sub(self.last_at).max(0) / HOUR_SECONDS;
        u32::try_from(hours).ok().and_then(|hours| self.count.checked_shr(hours)).unwrap_or(0)
    }
}

/// How long a lock that many failures cause, in seconds: none, then 1, 2, 4 and so on up to the cap.
fn lock_seconds(count: u32, free: u32) -> UnixSeconds {
    let Some(doublings) = count.checked_sub(free + 1) else { return 0 };
    1_i64.checked_shl(doublings).filter(|&seconds| (1..LOCK_CAP_SECONDS).contains(&seconds)).unwrap_or(LOCK_CAP_SECONDS)
}

#[cfg(test)]
mod tests;
