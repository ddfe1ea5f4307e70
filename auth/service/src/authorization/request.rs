//! The authorization request as values. First where the answer goes: while that is not known and checked, nobody is
//! redirected. Then what is asked for. Never fills in a default that makes a request weaker: PKCE is a must.

use url::form_urlencoded::Serializer;

use super::{AuthorizeError, IdTokenHint, Parameters, Unreadable};

/// Length of a code challenge: the SHA-256 in base64url (RFC 7636 section 4.2).
const CHALLENGE_CHARS: usize = 43;
/// Longest `state` and `nonce`, in bytes.
const MAX_ECHOED_BYTES: usize = 1024;
/// What is not supported, each with its error (OpenID Connect Core sections 6 and 7.2.1).
const UNSUPPORTED: [(&str, AuthorizeError); 3] = [
    ("request", AuthorizeError::new("request_not_supported", "request objects are not supported")),
    ("request_uri", AuthorizeError::new("request_uri_not_supported", "request_uri is not supported")),
    ("registration", AuthorizeError::new("registration_not_supported", "registration is not supported")),
];

/// Where the answer goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Who asks.
    pub client_id: String,
    /// As asked for, letter by letter. To be checked before use.
    pub redirect_uri: String,
    /// Given back as it came; nothing when it was not there exactly once.
    state: Option<String>,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizationRequest {
    /// The scopes, in their order; nothing: all that the client may have.
    pub scope: Option<Vec<String>>,
    /// For the ID token.
    pub nonce: Option<String>,
    /// `code_challenge`, S256.
    pub code_challenge: String,
    /// RFC 8707.
    pub resource: Option<String>,
    /// Which pages may or must be shown.
    pub prompt: Prompt,
    /// How long ago the user may have signed in, in seconds.
    pub max_age: Option<i64>,
    /// The user name to begin with.
    pub login_hint: Option<String>,
    /// The user whom the client expects.
    pub id_token_hint: Option<IdTokenHint>,
}

/// `prompt` (OpenID Connect Core section 3.1.2.1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Prompt {
    /// No page may be shown.
    pub none: bool,
    /// The user must sign in again.
    pub login: bool,
    /// The user must be asked again.
    pub consent: bool,
}

impl Target {
    /// `Ok(None)` when client or redirect URI is missing.
    pub fn of(parameters: &Parameters) -> Result<Option<Target>, Unreadable> {
        let (client_id, redirect_uri) = (parameters.one("client_id")?, parameters.one("redirect_uri")?);
        let (Some(client_id), Some(redirect_uri)) = (client_id, redirect_uri) else { return Ok(None) };
        let state = parameters.one("state").ok().flatten().filter(|state| state.len() <= MAX_ECHOED_BYTES);
        let (client_id, redirect_uri) = (client_id.to_owned(), redirect_uri.to_owned());
        Ok(Some(Target { client_id, redirect_uri, state: state.map(str::to_owned) }))
    }

    /// The `state` to give back.
    pub fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }
}

impl AuthorizationRequest {
    /// Reads what stands beside the [`Target`].
    pub fn of(parameters: &Parameters) -> Result<AuthorizationRequest, AuthorizeError> {
        if parameters.one("resource").is_err() {
            return Err(AuthorizeError::SEVERAL_RESOURCES);
        }
        if parameters.repeats() {
            return Err(AuthorizeError::invalid_request("a parameter is there twice"));
        }
        let value = |name: &str| parameters.one(name).ok().flatten();
        if let Some((_, error)) = UNSUPPORTED.iter().find(|(name, _)| value(name).is_some()) {
            return Err(*error);
        }
        check_response(value("response_type"), value("response_mode"))?;
        if value("state").is_some_and(|state| state.len() > MAX_ECHOED_BYTES) {
            return Err(AuthorizeError::invalid_request("state is too long"));
        }
        Ok(AuthorizationRequest {
            scope: scope(value("scope"))?,
            nonce: nonce(value("nonce"))?,
            code_challenge: code_challenge(value("code_challenge"), value("code_challenge_method"))?,
            resource: value("resource").map(str::to_owned),
            prompt: prompt(value("prompt"))?,
            max_age: max_age(value("max_age"))?,
            login_hint: value("login_hint").map(str::to_owned),
            id_token_hint: value("id_token_hint").map(IdTokenHint::read),
        })
    }
}

fn check_response(response_type: Option<&str>, mode: Option<&str>) -> Result<(), AuthorizeError> {
    match (response_type, mode) {
        (None, _) => Err(AuthorizeError::invalid_request("response_type is missing")),
        (Some("code"), None | Some("query")) => Ok(()),
        (Some("code"), _) => Err(AuthorizeError::invalid_request("response_mode must be query")),
        _ => Err(AuthorizeError::new("unsupported_response_type", "response_type must be code")),
    }
}

fn scope(given: Option<&str>) -> Result<Option<Vec<String>>, AuthorizeError> {
    let Some(given) = given else { return Ok(None) };
    let mut scopes: Vec<String> = Vec::new();
    for name in given.split(' ').filter(|name| !name.is_empty()) {
        // RFC 6749 section 3.3.
        if !name.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5B | 0x5D..=0x7E)) {
            return Err(AuthorizeError::new("invalid_scope", "scope holds a character that no scope has"));
        }
        if !scopes.iter().any(|known| known == name) {
            scopes.push(name.to_owned());
        }
    }
    Ok((!scopes.is_empty()).then_some(scopes))
}

fn nonce(given: Option<&str>) -> Result<Option<String>, AuthorizeError> {
    if given.is_some_and(|nonce| nonce.len() > MAX_ECHOED_BYTES) {
        return Err(AuthorizeError::invalid_request("nonce is too long"));
    }
    // It is stored, and PostgreSQL takes no NUL.
    if given.is_some_and(|nonce| nonce.chars().any(char::is_control)) {
        return Err(AuthorizeError::invalid_request("nonce holds a control character"));
    }
    Ok(given.map(str::to_owned))
}

fn code_challenge(challenge: Option<&str>, method: Option<&str>) -> Result<String, AuthorizeError> {
    let Some(challenge) = challenge else {
        return Err(AuthorizeError::invalid_request("code_challenge is missing: PKCE is needed (RFC 7636)"));
    };
    // Without a method `plain` would hold.
    if method != Some("S256") {
        return Err(AuthorizeError::invalid_request("code_challenge_method must be S256"));
    }
    let is_base64url = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if challenge.len() != CHALLENGE_CHARS || !challenge.bytes().all(is_base64url) {
        return Err(AuthorizeError::invalid_request("code_challenge is no SHA-256 in base64url"));
    }
    Ok(challenge.to_owned())
}

fn prompt(given: Option<&str>) -> Result<Prompt, AuthorizeError> {
    let mut prompt = Prompt::default();
    for word in given.unwrap_or_default().split(' ').filter(|word| !word.is_empty()) {
        match word {
            "none" => prompt.none = true,
            // There is one account at a time: choosing another is signing in.
            "login" | "select_account" => prompt.login = true,
            "consent" => prompt.consent = true,
            _ => return Err(AuthorizeError::invalid_request("prompt has a value that is not known here")),
        }
    }
    if prompt.none && (prompt.login || prompt.consent) {
        return Err(AuthorizeError::invalid_request("prompt=none stands alone"));
    }
    Ok(prompt)
}

fn max_age(given: Option<&str>) -> Result<Option<i64>, AuthorizeError> {
    let Some(given) = given else { return Ok(None) };
    let seconds =
        given.parse::<u32>().map_err(|_| AuthorizeError::invalid_request("max_age is no number of seconds"))?;
    Ok(Some(seconds.into()))
}

/// The same query, once the user has signed in for it: what asked for that is taken out, or it would ask for ever.
pub fn after_sign_in(parameters: &Parameters) -> String {
    let mut query = Serializer::new(String::new());
    for (name, value) in parameters.pairs() {
        match name {
            "prompt" => {
                let rest = value.split(' ').filter(|word| !matches!(*word, "login" | "select_account"));
                let rest = rest.collect::<Vec<_>>().join(" ");
                query.append_pair(name, &rest);
            }
            "max_age" if value.parse() == Ok(0_u32) => {}
            _ => drop(query.append_pair(name, value)),
        }
    }
    query.finish()
}

#[cfg(test)]
mod tests;
