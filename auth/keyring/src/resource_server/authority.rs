//! What a verified caller may do: scopes and roles.
//!
//! Never guesses: a claim of another shape grants nothing.

use serde_json::Value;
use witgate_token::Claims;

use super::problem::Problem;

/// Passes a caller whose token has this scope.
///
/// # Errors
/// 403 `insufficient_scope`, with the scope in the challenge (RFC 6750 section 3.1).
pub fn require_scope(claims: &Claims, scope: &str) -> Result<(), Problem> {
    require_scopes(claims, &[scope])
}

/// Passes a caller whose token has all of these scopes. A refusal names all of them, as RFC 6750 section 3 says.
pub(super) fn require_scopes<S: AsRef<str>>(claims: &Claims, scopes: &[S]) -> Result<(), Problem> {
    let Some(lacking) = scopes.iter().map(AsRef::as_ref).find(|scope| !claims.has_scope(scope)) else { return Ok(()) };
    let needed: Vec<&str> = scopes.iter().map(AsRef::as_ref).collect();
    Err(Problem::forbidden("insufficient_scope", &format!("this needs the scope '{lacking}'"), &needed))
}

/// Passes a caller whose `roles` list (RFC 9068 section 2.2.3.1) holds this role.
///
/// # Errors
/// 403 `insufficient_role`.
pub fn require_role(claims: &Claims, role: &str) -> Result<(), Problem> {
    let held = claims.get("roles").and_then(Value::as_array);
    if held.is_some_and(|held| held.iter().any(|one| one.as_str() == Some(role))) {
        return Ok(());
    }
    Err(Problem::forbidden("insufficient_role", &format!("this needs the role '{role}'"), &[]))
}

/// The answer to good claims of a shape that does not do here.
pub(super) fn insufficient_claims() -> Problem {
    Problem::forbidden("insufficient_claims", "the token does not say what this needs", &[])
}
