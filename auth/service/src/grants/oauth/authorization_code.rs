//! The grant `authorization_code` (RFC 6749 section 4.1.3) with PKCE (RFC 7636). Never tells why a code was refused, and
//! never gives tokens for one twice.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::{Extras, TokenSet, require};
use crate::grant_type::GrantType;
use crate::grants::{GrantError, Grants};
use crate::opaque::{self, Kind};
use crate::refresh_token;
use crate::secret::Secret;
use crate::store::{Client, Origin, Redeemed, Redemption};

/// What a client sends for its tokens.
pub struct CodeExchange {
    /// The code.
    pub code: Secret,
    /// `code_verifier`.
    pub verifier: Secret,
    /// `redirect_uri`, which must be that of the authorization request.
    pub redirect_uri: Option<String>,
    /// `resource` (RFC 8707), which must be that of the authorization request.
    pub resource: Option<String>,
}

impl Grants {
    /// Redeems a code: opens the session that the user allowed. A second use ends it.
    pub async fn exchange_code(
        &self,
        client: &Client,
        exchange: CodeExchange,
        origin: Origin,
    ) -> Result<TokenSet, GrantError> {
        require(client, GrantType::AuthorizationCode)?;
        let hash = opaque::presented(Kind::Code, &exchange.code).ok_or(GrantError::InvalidGrant)?;
        let refresh = require(client, GrantType::RefreshToken).ok().map(|()| refresh_token::generate()).transpose()?;
        let (refresh_token, refresh_hash) = refresh.unzip();
        let redemption = Redemption {
            hash,
            client_id: client.client_id.clone(),
            redirect_uri: exchange.redirect_uri,
            challenge: challenge(&exchange.verifier),
            resource: exchange.resource,
            configured_audience: self.issuer.audience().to_owned(),
            refresh: refresh_hash,
        };
        let now = origin.at;
        match self.store.redeem_code(redemption, origin).await? {
            Redeemed::Opened { session, nonce } => {
                let (user, sid) = (&session.user.id, &session.sid);
                tracing::info!(event = "code_redeemed", user, sid, client = client.client_id);
                self.tokens(*session, client, None, Extras { nonce: nonce.as_deref(), refresh_token }, now)
            }
            refused => Err(refusal(refused, &client.client_id)),
        }
    }
}

/// S256 (RFC 7636 section 4.6).
fn challenge(verifier: &Secret) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.expose()))
}

fn refusal(refused: Redeemed, client: &str) -> GrantError {
    let reason = match refused {
        Redeemed::Reused { sid, user } => {
            tracing::warn!(event = "code_reused", user, sid, client, "a spent code came back: its session has ended");
            return GrantError::InvalidGrant;
        }
        Redeemed::OtherResource => return GrantError::InvalidTarget,
        Redeemed::Mismatch => "mismatch",
        Redeemed::Expired => "expired",
        Redeemed::Disabled => "disabled",
        Redeemed::Unknown | Redeemed::Opened { .. } => "unknown",
    };
    tracing::info!(event = "code_refused", reason, client);
    GrantError::InvalidGrant
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7636 appendix B.
    #[test]
    fn the_challenge_is_that_of_the_specification() {
        let verifier = Secret::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned());
        assert_eq!(challenge(&verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
