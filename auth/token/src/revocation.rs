//! Which verified tokens count no more: by `jti`, by session, by user or client before a time, by key.
//!
//! Never looks at a token's text: two encodings of one ECDSA signature both verify. Never reads a clock.

use std::collections::HashMap;
use std::fmt;

use serde_json::Value;

use crate::compact::MAX_TOKEN_BYTES;
use crate::refusal::Refusal;
use crate::verified::Verified;

/// Most revocations that a set holds: what an issuer's users could revoke in a day, and a bound for a hostile feed.
pub const MAX_REVOCATIONS: usize = 100_000;
/// Most bytes of names that a set holds: 160 for each of the most revocations; a UUID has 36.
pub const MAX_REVOCATION_BYTES: usize = 16 * 1024 * 1024;
/// How long a revoked token or session is kept after its `until`, in seconds. More than any leeway: within its leeway
/// an expired token still passes, and must not come back.
pub const KEPT_SECONDS: u64 = 3600;

/// The claims that name a token's client: RFC 9068 section 2.2, OpenID Connect, Entra ID's version 1, Okta.
const CLIENT_CLAIMS: [&str; 4] = ["client_id", "azp", "appid", "cid"];

/// One thing that the issuer revoked. Times are in seconds since 1970-01-01 UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Revocation {
    /// The token with this `jti`; it expires at `until`.
    Token {
        /// The token's `jti`.
        jti: String,
        /// When the token expires.
        until: u64,
    },
    /// Every token of this session; the last one expires at `until`.
    Session {
        /// The session's `sid`.
        sid: String,
        /// When its last token expires.
        until: u64,
    },
    /// Every token about this user that was issued at this time or earlier.
    Subject {
        /// The user's `sub`.
        sub: String,
        /// The last second whose tokens are revoked.
        before: u64,
    },
    /// Every token of this client that was issued at this time or earlier.
    Client {
        /// What the token has as `client_id`, `azp`, `appid` (Entra ID) or `cid` (Okta).
        client_id: String,
        /// The last second whose tokens are revoked.
        before: u64,
    },
    /// Every token that this key verified, and every token that a key without a name of its own verified: nobody can
    /// tell that it is another key.
    Key {
        /// The key's `kid`.
        kid: String,
    },
}

/// The set is full: the revocation was not taken. Fails closed only if the caller does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the set of revocations is full: 100000 entries or 16 MiB of names")]
pub struct RevocationsFull;

/// What one issuer revoked: names are unique within an issuer only, so each issuer has its own set.
#[derive(Clone, Default)]
pub struct Revocations {
    tokens: Dated,
    sessions: Dated,
    subjects: Dated,
    clients: Dated,
    keys: Dated,
    /// The latest time of any client, where there is one.
    last_client: Option<u64>,
    name_bytes: usize,
}

/// A time for each name, in seconds since 1970-01-01 UTC.
type Dated = HashMap<Box<str>, u64>;

impl Revocations {
    /// Takes one more revocation. Of two for one name the one that revokes more counts.
    ///
    /// A name that no token can hold, because it is longer than a token, is left out.
    ///
    /// # Errors
    /// When [`MAX_REVOCATIONS`] or [`MAX_REVOCATION_BYTES`] is reached and the name is a new one.
    pub fn insert(&mut self, revocation: Revocation) -> Result<(), RevocationsFull> {
        let bytes = revocation.name().len();
        if bytes > MAX_TOKEN_BYTES {
            return Ok(());
        }
        let has_room = self.len() < MAX_REVOCATIONS && self.name_bytes + bytes <= MAX_REVOCATION_BYTES;
        let is_new = match revocation {
            Revocation::Token { jti, until } => keep_later(&mut self.tokens, jti, until, has_room),
            Revocation::Session { sid, until } => keep_later(&mut self.sessions, sid, until, has_room),
            Revocation::Subject { sub, before } => keep_later(&mut self.subjects, sub, before, has_room),
            Revocation::Client { client_id, before } => self.keep_client(client_id, before, has_room),
            // A key is revoked for ever.
            Revocation::Key { kid } => keep_later(&mut self.keys, kid, u64::MAX, has_room),
        }?;
        if is_new {
            self.name_bytes += bytes;
        }
        Ok(())
    }

    fn keep_client(&mut self, client_id: String, before: u64, has_room: bool) -> Result<bool, RevocationsFull> {
        let is_new = keep_later(&mut self.clients, client_id, before, has_room)?;
        self.last_client = self.last_client.max(Some(before));
        Ok(is_new)
    }

    /// Judges one verified token. An empty set costs one comparison for each kind.
    ///
    /// A token without `jti` or `sid` cannot be meant by those. A token without `iat` is refused where its user or its
    /// client has a revocation: nobody can tell that it is newer. A client's name that is no text may be any client's. A token that a key without a name of its own verified
    /// is refused where any key is revoked.
    ///
    /// # Errors
    /// [`Refusal::Revoked`].
    pub fn judge(&self, token: &Verified) -> Result<(), Refusal> {
        if self.is_empty() { Ok(()) } else { self.judge_names(token) }
    }

    fn judge_names(&self, token: &Verified) -> Result<(), Refusal> {
        let claims = token.claims();
        let is_old = |before: Option<&u64>| {
            before.is_some_and(|before| claims.issued_at().is_none_or(|issued_at| issued_at <= *before))
        };
        let mut clients = CLIENT_CLAIMS.into_iter().filter_map(|name| claims.get(name));
        let is_revoked = claims.token_id().is_some_and(|jti| self.tokens.contains_key(jti))
            || claims.session_id().is_some_and(|sid| self.sessions.contains_key(sid))
            || is_old(self.subjects.get(claims.subject()))
            || clients.any(|client| is_old(self.client_revoked(client)))
            || token.key_id().map_or(!self.keys.is_empty(), |kid| self.keys.contains_key(kid));
        if is_revoked { Err(Refusal::Revoked) } else { Ok(()) }
    }

    /// Until when the client of this name is revoked. `null` names nobody.
    fn client_revoked(&self, name: &Value) -> Option<&u64> {
        match name {
            Value::Null => None,
            Value::String(client) => self.clients.get(client.as_str()),
            _ => self.last_client.as_ref(),
        }
    }

    /// Forgets tokens and sessions whose `until` is more than [`KEPT_SECONDS`] ago.
    pub fn forget_expired(&mut self, now_unix: u64) {
        let is_needed = |until: u64| until.saturating_add(KEPT_SECONDS) > now_unix;
        for dated in [&mut self.tokens, &mut self.sessions] {
            self.name_bytes -= forget(dated, is_needed);
        }
    }

    /// How many revocations it holds.
    pub fn len(&self) -> usize {
        self.tokens.len() + self.sessions.len() + self.subjects.len() + self.clients.len() + self.keys.len()
    }

    /// Whether nothing is revoked.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Revocation {
    fn name(&self) -> &str {
        match self {
            Self::Token { jti: name, .. } | Self::Session { sid: name, .. } => name,
            Self::Subject { sub: name, .. } | Self::Client { client_id: name, .. } | Self::Key { kid: name } => name,
        }
    }
}

/// Shows how many, and no name of a user.
impl fmt::Debug for Revocations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Revocations").field("len", &self.len()).finish_non_exhaustive()
    }
}

/// Whether the name is a new one. The later time revokes more.
fn keep_later(dated: &mut Dated, name: String, time: u64, has_room: bool) -> Result<bool, RevocationsFull> {
    if let Some(kept) = dated.get_mut(name.as_str()) {
        *kept = time.max(*kept);
        return Ok(false);
    }
    if !has_room {
        return Err(RevocationsFull);
    }
    dated.insert(name.into(), time);
    Ok(true)
}

/// How many bytes of names were forgotten.
fn forget(dated: &mut Dated, is_needed: impl Fn(u64) -> bool) -> usize {
    let mut forgotten = 0;
    dated.retain(|name, time| {
        let needed = is_needed(*time);
        forgotten += if needed { 0 } else { name.len() };
        needed
    });
    forgotten
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claims::Claims;
    use serde_json::json;

    const NOW: u64 = 1_700_000_000;

    fn verified(claims: Value) -> Verified {
        Verified::new(Claims::new_for_test(claims))
    }

    fn token() -> Verified {
        verified(json!({"sub": "u1", "jti": "t1", "sid": "s1", "azp": "web", "client_id": "app", "iat": NOW}))
    }

    fn by(revocation: Revocation, token: &Verified) -> Result<(), Refusal> {
        let mut set = Revocations::default();
        set.insert(revocation).expect("room");
        assert_eq!(set.len(), 1);
        set.judge(token)
    }

    fn jti(jti: &str) -> Revocation {
        Revocation::Token { jti: jti.into(), until: NOW + 600 }
    }

    fn subject(sub: &str, before: u64) -> Revocation {
        Revocation::Subject { sub: sub.into(), before }
    }

    fn client(client_id: &str, before: u64) -> Revocation {
        Revocation::Client { client_id: client_id.into(), before }
    }

    #[test]
    fn each_rule_refuses_what_it_names() {
        assert_eq!(Revocations::default().judge(&token()), Ok(()));
        for (revocation, revoked) in [
            (jti("t1"), true),
            (jti("t2"), false),
            (jti("s1"), false),
            (Revocation::Session { sid: "s1".into(), until: NOW + 600 }, true),
            (Revocation::Session { sid: "t1".into(), until: NOW + 600 }, false),
            (subject("u1", NOW - 1), false),
            (subject("u1", NOW), true),
            (subject("u1", NOW + 1), true),
            (subject("web", u64::MAX), false),
            (client("web", NOW), true),
            (client("app", NOW), true),
            (client("app", NOW - 1), false),
            (client("u1", u64::MAX), false),
            (Revocation::Key { kid: "k1".into() }, true),
            (Revocation::Key { kid: "k2".into() }, false),
        ] {
            let expected = if revoked { Err(Refusal::Revoked) } else { Ok(()) };
            assert_eq!(by(revocation.clone(), &token()), expected, "{revocation:?}");
        }
    }

    #[test]
    fn a_token_that_tells_no_age_is_never_newer() {
        let ageless = verified(json!({"sub": "u1", "azp": "web"}));
        assert_eq!(by(subject("u1", 0), &ageless), Err(Refusal::Revoked));
        assert_eq!(by(client("web", 0), &ageless), Err(Refusal::Revoked));
        for other in [subject("u2", u64::MAX), client("app", u64::MAX), jti("t1")] {
            assert_eq!(by(other.clone(), &ageless), Ok(()), "{other:?}");
        }
    }

    /// RFC 9068, OpenID Connect, Entra ID's version 1 and Okta each name the client in a claim of their own.
    #[test]
    fn a_client_is_revoked_by_whichever_claim_names_it() {
        for name in ["client_id", "azp", "appid", "cid"] {
            let named = |client: Value| verified(json!({"sub": "u1", "iat": NOW, "azp": "other", name: client}));
            assert_eq!(by(client("web", NOW), &named(json!("web"))), Err(Refusal::Revoked), "{name}");
            for other in [json!("web2"), json!(""), json!(null)] {
                assert_eq!(by(client("web", u64::MAX), &named(other.clone())), Ok(()), "{name} {other}");
            }
        }
    }

    #[test]
    fn a_client_that_is_no_text_may_be_any_client() {
        for name in ["client_id", "azp", "appid", "cid"] {
            for odd in [json!(7), json!(["web"]), json!({"id": "web"}), json!(true)] {
                let token = verified(json!({"sub": "u1", "iat": NOW, name: odd}));
                let mut set = Revocations::default();
                for (other, before) in [("a", NOW - 1), ("b", NOW - 2)] {
                    set.insert(client(other, before)).expect("room");
                }
                assert_eq!(set.judge(&token), Ok(()), "issued after every one: {name} {odd}");
                set.insert(client("b", NOW)).expect("room");
                set.insert(client("c", 0)).expect("room");
                assert_eq!(set.judge(&token), Err(Refusal::Revoked), "{name} {odd}");
                assert_eq!(by(subject("u2", u64::MAX), &token), Ok(()), "no client is revoked: {name} {odd}");
            }
        }
    }

    #[test]
    fn a_weaker_revocation_takes_nothing_back() {
        let mut set = Revocations::default();
        for before in [NOW, NOW - 100] {
            set.insert(subject("u1", before)).expect("room");
        }
        set.insert(jti("t9")).expect("room");
        set.insert(Revocation::Token { jti: "t9".into(), until: 0 }).expect("room");
        set.forget_expired(NOW);
        assert_eq!(set.len(), 2);
        assert_eq!(set.judge(&token()), Err(Refusal::Revoked));
    }

    #[test]
    fn a_revoked_token_is_kept_as_long_as_any_leeway_could_let_it_pass() {
        let mut set = Revocations::default();
        set.insert(jti("t1")).expect("room");
        set.insert(Revocation::Session { sid: "s2".into(), until: NOW }).expect("room");
        for revocation in [subject("u2", 0), client("c", 0), Revocation::Key { kid: "k".into() }] {
            set.insert(revocation).expect("room");
        }
        set.forget_expired(NOW + 600 + KEPT_SECONDS - 1);
        assert_eq!((set.len(), set.judge(&token())), (4, Err(Refusal::Revoked)));
        set.forget_expired(NOW + 600 + KEPT_SECONDS);
        assert_eq!((set.len(), set.judge(&token())), (3, Ok(())));
        set.forget_expired(u64::MAX);
        assert_eq!((set.len(), set.name_bytes), (3, 4), "a user, a client and a key are revoked for ever");
    }

    #[test]
    fn the_set_is_bounded_and_says_so() {
        let mut set = Revocations::default();
        for number in 0..MAX_REVOCATIONS {
            set.insert(jti(&number.to_string())).expect("room");
        }
        assert_eq!(set.insert(jti("t1")), Err(RevocationsFull));
        assert_eq!(set.insert(Revocation::Key { kid: "k1".into() }), Err(RevocationsFull));
        assert_eq!(set.insert(jti("7")), Ok(()), "a known name needs no room");
        assert_eq!(set.len(), MAX_REVOCATIONS);
        set.forget_expired(NOW + 600 + KEPT_SECONDS);
        assert_eq!((set.len(), set.name_bytes), (0, 0));
        assert_eq!(set.insert(jti("t1")), Ok(()));
    }

    #[test]
    fn long_names_are_bounded_in_bytes() {
        let mut set = Revocations::default();
        let name = |number: usize| format!("{number:0width$}", width = MAX_TOKEN_BYTES);
        let fit = MAX_REVOCATION_BYTES / MAX_TOKEN_BYTES;
        for number in 0..fit {
            set.insert(jti(&name(number))).expect("room");
        }
        assert_eq!(set.insert(jti("t1")), Err(RevocationsFull));
        assert_eq!(set.insert(jti(&"x".repeat(MAX_TOKEN_BYTES + 1))), Ok(()), "no token can hold it");
        assert_eq!(set.len(), fit);
    }
}
