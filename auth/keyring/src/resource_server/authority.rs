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
    require_scopes(claims, &[[scope]])
}

/// Passes a caller whose token has a scope of each of these lists. A refusal names the first of each: together they are
/// enough, which is what RFC 6750 section 3 has the challenge say.
pub(super) fn require_scopes<A: AsRef<[S]>, S: AsRef<str>>(claims: &Claims, needed: &[A]) -> Result<(), Problem> {
    let is_held = |scope: &S| claims.has_scope(scope.as_ref());
    let lacking = needed.iter().map(AsRef::as_ref).find(|any| !any.iter().any(is_held));
    let Some(lacking) = lacking else { return Ok(()) };
    let lacking: Vec<&str> = lacking.iter().map(AsRef::as_ref).collect();
    let detail = format!("this needs the scope '{}'", lacking.join("' or '"));
    let enough: Vec<&str> = needed.iter().filter_map(|any| any.as_ref().first()).map(AsRef::as_ref).collect();
    Err(Problem::forbidden("insufficient_scope", &detail, &enough))
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
