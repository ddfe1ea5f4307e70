//! The rules of a registration, one function for each place. Never lets a client have what it could not use safely.

use uuid::Uuid;
use witgate_token::KeySet;

use super::{Credential, Registration, RegistrationFault, redirect_uri};
use crate::access_token::LOGIN_CLIENT;
use crate::config::Config;
use crate::grant_type::GrantType;
use crate::scope;
use crate::service_scope::ServiceScope;

/// Longest name of a client, in characters.
const MAX_NAME_CHARS: usize = 100;
/// Longest id, in bytes.
const MAX_ID_BYTES: usize = 100;
/// Most redirect URIs of a client: each request may be compared with all.
const MAX_REDIRECT_URIS: usize = 20;

/// Checks every place.
pub(super) fn check(asked: &Registration, config: &Config) -> Result<(), RegistrationFault> {
    name(asked)?;
    id(asked)?;
    grants(asked)?;
    redirect_uris(asked)?;
    scopes(asked, config)?;
    audiences(asked, config)?;
    keys(asked)
}

fn fault(place: &'static str, message: impl Into<String>) -> Result<(), RegistrationFault> {
    Err(RegistrationFault { place, message: message.into() })
}

fn name(asked: &Registration) -> Result<(), RegistrationFault> {
    let fits = !asked.name.trim().is_empty() && asked.name.chars().count() <= MAX_NAME_CHARS;
    if fits && !asked.name.chars().any(char::is_control) {
        return Ok(());
    }
    fault("name", format!("a client's name has 1 to {MAX_NAME_CHARS} characters, none of them a control one"))
}

/// A client's id is the `sub` of its own tokens, so it must not look like a user's (RFC 9068 section 5).
fn id(asked: &Registration) -> Result<(), RegistrationFault> {
    let Some(id) = &asked.client_id else { return Ok(()) };
    let is_plain = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._~-".contains(&byte));
    if id.is_empty() || id.len() > MAX_ID_BYTES || !is_plain {
        return fault("id", format!("an id has 1 to {MAX_ID_BYTES} letters, digits and . _ ~ -"));
    }
    if Uuid::try_parse(id).is_ok() {
        return fault(
            "id",
            "an id of your own is no UUID: those are made here, for users too. Leave it out, or take a word",
        );
    }
    if id == LOGIN_CLIENT && !asked.first_party {
        return fault("id", format!("{LOGIN_CLIENT} is the client of /login: register it as first-party"));
    }
    Ok(())
}

fn grants(asked: &Registration) -> Result<(), RegistrationFault> {
    let has = |grant| asked.grants.contains(&grant);
    let is_public = matches!(asked.credential, Credential::Public);
    if is_public && has(GrantType::ClientCredentials) {
        return fault(
            "grant",
            "a public client cannot have client_credentials: anybody could be it. Give it a secret or keys",
        );
    }
    if is_public && !has(GrantType::AuthorizationCode) {
        return fault("public", "a public client needs the grant authorization_code");
    }
    if has(GrantType::RefreshToken) && !has(GrantType::AuthorizationCode) {
        return fault(
            "grant",
            "refresh_token needs authorization_code beside it: nothing else gives a first refresh token",
        );
    }
    Ok(())
}

fn redirect_uris(asked: &Registration) -> Result<(), RegistrationFault> {
    match (asked.grants.contains(&GrantType::AuthorizationCode), asked.redirect_uris.len()) {
        (true, 0) => return fault("redirect-uri", "the grant authorization_code needs one at least"),
        (false, 1..) => return fault("redirect-uri", "only the grant authorization_code has a use for it"),
        (true, MAX_REDIRECT_URIS..) if asked.redirect_uris.len() > MAX_REDIRECT_URIS => {
            return fault("redirect-uri", format!("at most {MAX_REDIRECT_URIS}"));
        }
        _ => {}
    }
    let judged = |uri: &String| redirect_uri::check(uri).err().map(|why| (uri.clone(), why));
    match asked.redirect_uris.iter().find_map(judged) {
        Some((uri, why)) => fault("redirect-uri", format!("{uri:?} cannot be registered: {why}")),
        None => Ok(()),
    }
}

fn scopes(asked: &Registration, config: &Config) -> Result<(), RegistrationFault> {
    let services = ServiceScope::ALL.map(ServiceScope::as_str);
    let is_service = |scope: &String| services.contains(&scope.as_str());
    if matches!(asked.credential, Credential::Public) && asked.scopes.iter().any(is_service) {
        return fault("scope", format!("a public client cannot have {}: anybody could be it", services.join(", ")));
    }
    if asked.grants.is_empty() {
        return match asked.scopes.iter().find(|scope| !is_service(scope)) {
            Some(scope) => {
                let all = services.join(", ");
                fault("scope", format!("without a grant there is no scope {scope:?}. There are: {all}"))
            }
            None => Ok(()),
        };
    }
    let roles = config.roles.all_scopes();
    let all: Vec<&str> = services.into_iter().chain(scope::OIDC).chain(roles).collect();
    match asked.scopes.iter().find(|scope| !all.contains(&scope.as_str())) {
        Some(unknown) => fault("scope", format!("there is no scope {unknown:?}. There are: {}", all.join(", "))),
        None => Ok(()),
    }
}

fn audiences(asked: &Registration, config: &Config) -> Result<(), RegistrationFault> {
    let known = |audience: &String| *audience == config.audience || config.resources.contains(audience);
    let Some(unknown) = asked.audiences.iter().find(|audience| !known(audience)) else { return Ok(()) };
    fault("audience", format!("{unknown:?} is neither `audience` nor one of the `resources` of the configuration"))
}

fn keys(asked: &Registration) -> Result<(), RegistrationFault> {
    let Credential::Keys(jwks) = &asked.credential else { return Ok(()) };
    let (keys, dropped) = match KeySet::from_jwks(jwks.as_bytes()) {
        Ok(read) => read,
        Err(cause) => return fault("jwks", cause.to_string()),
    };
    match dropped.first() {
        Some(bad) => fault("jwks", format!("key {} of the document cannot be used: {}", bad.index + 1, bad.fault)),
        None if keys.is_empty() => fault("jwks", "there is no key in the document"),
        None => Ok(()),
    }
}
