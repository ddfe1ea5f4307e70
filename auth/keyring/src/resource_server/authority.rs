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
    if claims.has_scope(scope) {
        return Ok(());
    }
    Err(Problem::forbidden("insufficient_scope", &format!("this needs the scope '{scope}'"), Some(scope)))
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
    Err(Problem::forbidden("insufficient_role", &format!("this needs the role '{role}'"), None))
}
