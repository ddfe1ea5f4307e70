//! Why an administrator's request is refused, as a status and a code. Never shows a cause that is the operator's log's.

use axum::http::StatusCode;

use super::super::refused::Refused;
use crate::accounts::AccountError;
use crate::grants::GrantError;
use crate::key_keeper::KeyError;
use crate::store::StoreError;

impl From<AccountError> for Refused {
    fn from(error: AccountError) -> Refused {
        use AccountError::{Email, Name, NoSuchUser, Password, Role, Store, Tenant, TooManyRoles};
        let (status, code) = match error {
            Store(cause) => return of_store(cause),
            Password(cause) => return GrantError::from(cause).into(),
            NoSuchUser => (StatusCode::NOT_FOUND, "not_found"),
            Name(_) | Tenant(_) | Email | Role(_) | TooManyRoles => (StatusCode::BAD_REQUEST, "invalid_request"),
        };
        Refused::new(status, code, error.to_string())
    }
}

/// A failure of the store, or what it would not do.
pub(super) fn of_store(error: StoreError) -> Refused {
    let code = match error {
        StoreError::NameTaken { .. } => "name_taken",
        StoreError::LastOperator => "last_operator",
        StoreError::TooManyKeys { .. } => "too_many_keys",
        other => return GrantError::from(other).into(),
    };
    Refused::new(StatusCode::CONFLICT, code, error.to_string())
}

impl From<KeyError> for Refused {
    fn from(error: KeyError) -> Refused {
        match error {
            KeyError::Unknown(_) => not_found("there is no key of this name in use"),
            KeyError::Contended => Refused::for_now("busy", error.to_string()),
            KeyError::Store(cause) => of_store(cause),
            other => GrantError::Broken(other.to_string()).into(),
        }
    }
}

/// The request is not what the rules admit.
pub(super) fn invalid(detail: impl Into<String>) -> Refused {
    Refused::new(StatusCode::BAD_REQUEST, "invalid_request", detail)
}

/// Nothing has this id.
pub(super) fn not_found(detail: &str) -> Refused {
    Refused::new(StatusCode::NOT_FOUND, "not_found", detail)
}
