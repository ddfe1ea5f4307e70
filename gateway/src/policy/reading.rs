//! The one door through which a policy reads: every value it is given is accounted for here.
//!
//! Never shows a value to anybody but the policy that asked for it.

use wasmtime::Result;

use super::guest::GuestState;
use super::limits::Limit;

/// What a policy read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum What {
    /// the first value of a request header
    Header,
    /// all values of a request header
    HeaderValues,
    /// a query parameter
    QueryParam,
    /// host and port the client asked for
    Authority,
    /// the peer's IP address
    PeerAddress,
    /// a fact that an earlier stage left
    Attribute,
    /// a verified claim
    Claim,
    /// whether a scope is held
    Scope,
    /// the unverified header of the token
    TokenHeader,
    /// the unverified issuer of the token
    Issuer,
    /// the profile of the token's issuer
    Profile,
    /// whether the token verifies
    Verification,
    /// the time
    Clock,
    /// random bytes
    Random,
    /// a granted environment value
    Environment,
    /// an entry of a granted store
    Store,
    /// an answer from outside
    Http,
}

impl GuestState {
    /// Accounts for one read: the name asked for and `bytes` given. `shown` makes the value as a person would read it,
    /// nothing where it is absent; it is asked only where somebody looks on.
    ///
    /// # Errors
    /// When the call has been given more than `host-call-bytes`.
    pub(super) fn read(
        &mut self,
        _what: What,
        name: &str,
        bytes: usize,
        _shown: impl FnOnce() -> Option<String>,
    ) -> Result<()> {
        let total = self.used.host_call_bytes.saturating_add(name.len()).saturating_add(bytes);
        self.used.host_call_bytes = total;
        if total > self.limits.host_call_bytes {
            return Err(self.exceed(Limit::HostCallBytes, self.limits.host_call_bytes));
        }
        Ok(())
    }
}
