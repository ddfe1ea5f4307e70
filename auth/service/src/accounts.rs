//! What administrators do with users' accounts, with the same rules at the command line and at the admin listener. Never
//! decides who is an administrator, and never lets a name, a role or a password in that the rules do not admit.

use thiserror::Error;

use crate::account_name::{NameError, account_name, tenant_name};
use crate::config::{Roles, UnknownRole};
use crate::password::{Owner, PasswordError, Passwords};
use crate::secret::Secret;
use crate::service_scope::ADMIN_SCOPE;
use crate::store::{EndReason, NewUser, Origin, Store, StoreError, User, UserChange};

/// The tenant of a user for whom none is named.
pub const DEFAULT_TENANT: &str = "main";
/// Longest e-mail address, in bytes (RFC 5321 section 4.5.3.1.3).
const MAX_EMAIL_BYTES: usize = 254;
/// Most roles that one user has.
const MAX_ROLES: usize = 32;

/// Why nothing was done.
#[derive(Debug, Error)]
pub enum AccountError {
    /// There is no such user.
    #[error("there is no such user")]
    NoSuchUser,
    /// The account's name.
    #[error(transparent)]
    Name(NameError),
    /// The tenant's name.
    #[error("the tenant: {0}")]
    Tenant(NameError),
    /// The e-mail address.
    #[error("an e-mail address is like name@example.org, with at most {MAX_EMAIL_BYTES} visible ASCII characters")]
    Email,
    /// A role that the configuration does not name.
    #[error(transparent)]
    Role(#[from] UnknownRole),
    /// More roles than [`MAX_ROLES`].
    #[error("a user has at most {MAX_ROLES} roles")]
    TooManyRoles,
    /// The new password, or the pool that hashes it.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The store; a name that is taken and the last operator among others.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A user to add, as somebody wrote it.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// The account's name; its case does not matter.
    pub name: String,
    /// The e-mail address.
    pub email: Option<String>,
    /// The roles.
    pub roles: Vec<String>,
    /// The tenant.
    pub tenant: String,
}

/// A user to add that the rules admit, all but the password.
#[derive(Debug, Clone)]
pub struct CheckedAccount(NewAccount);

impl NewAccount {
    /// Checks everything but the password, and whether the name is taken.
    pub fn checked(self, roles: &Roles) -> Result<CheckedAccount, AccountError> {
        let name = account_name(&self.name).map_err(AccountError::Name)?;
        let change = UserChange { roles: Some(self.roles), tenant: Some(self.tenant), email: Some(self.email) };
        let UserChange { roles, tenant, email } = checked_change(change, roles)?;
        let (roles, tenant) = (roles.unwrap_or_default(), tenant.unwrap_or_default());
        Ok(CheckedAccount(NewAccount { name, email: email.flatten(), roles, tenant }))
    }
}

impl CheckedAccount {
    /// The folded name.
    pub fn name(&self) -> &str {
        &self.0.name
    }
}

/// Whether a change may be what becomes of the last operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LastOperator {
    /// It must stay one: who administers over the network could lock everybody out.
    Stays,
    /// It may go: the command line can always make another.
    MayGo,
}

/// The accounts. Clones share everything.
#[derive(Debug, Clone)]
pub struct Accounts {
    store: Store,
    passwords: Passwords,
    roles: Roles,
    last_operator: LastOperator,
}

impl Accounts {
    /// The accounts of this store, under these rules.
    pub fn new(store: Store, passwords: Passwords, roles: Roles, last_operator: LastOperator) -> Accounts {
        Accounts { store, passwords, roles, last_operator }
    }

    /// Adds a user.
    pub async fn add(&self, new: CheckedAccount, password: Secret, origin: Origin) -> Result<User, AccountError> {
        let CheckedAccount(NewAccount { name, email, roles, tenant }) = new;
        let owner = Owner { name: name.clone(), email: email.clone() };
        let password_hash = self.passwords.hash_for(password, owner).await?;
        let id = self.store.add_user(NewUser { name, email, password_hash, roles, tenant }, origin).await?;
        self.user(id).await
    }

    /// The user of this id, disabled or not.
    pub async fn user(&self, id: String) -> Result<User, AccountError> {
        self.store.user(id).await?.ok_or(AccountError::NoSuchUser)
    }

    /// The user of this name in any case, disabled or not.
    pub async fn named(&self, name: &str) -> Result<User, AccountError> {
        let name = account_name(name).map_err(AccountError::Name)?;
        Ok(self.store.credentials(name).await?.ok_or(AccountError::NoSuchUser)?.user)
    }

    /// Changes what is named; the user as it is then. Tokens that are out keep the old roles until they expire or are
    /// refreshed; this service itself looks at the new ones at once.
    pub async fn change(&self, id: String, change: UserChange, origin: Origin) -> Result<User, AccountError> {
        let change = checked_change(change, &self.roles)?;
        let changed = self.store.change_unless_last(id.clone(), change, self.guarded(), origin).await?;
        if changed { self.user(id).await } else { Err(AccountError::NoSuchUser) }
    }

    /// Disables the user and ends the user's sessions; how many.
    pub async fn disable(&self, id: String, origin: Origin) -> Result<usize, AccountError> {
        let ended = self.store.disable_unless_last(id, self.guarded(), origin).await?;
        ended.ok_or(AccountError::NoSuchUser)
    }

    /// Lets the user sign in again.
    pub async fn enable(&self, id: String, origin: Origin) -> Result<(), AccountError> {
        let name = self.user(id).await?.name;
        if self.store.enable_user(name, origin).await? { Ok(()) } else { Err(AccountError::NoSuchUser) }
    }

    /// Sets a new password and ends all of the user's sessions; how many.
    pub async fn set_password(&self, id: String, password: Secret, origin: Origin) -> Result<usize, AccountError> {
        let user = self.user(id.clone()).await?;
        let hash = self.passwords.hash_for(password, Owner { name: user.name, email: user.email }).await?;
        self.store.set_password(id, hash, origin).await?.ok_or(AccountError::NoSuchUser)
    }

    /// Ends all of the user's sessions; how many.
    pub async fn end_sessions(&self, id: String, origin: Origin) -> Result<usize, AccountError> {
        let id = self.user(id).await?.id;
        Ok(self.store.end_sessions_of_user(id, None, EndReason::Revoked, origin).await?)
    }

    /// The roles of which one must stay with somebody enabled; none when that does not matter.
    fn guarded(&self) -> Vec<String> {
        match self.last_operator {
            LastOperator::Stays => self.roles.that_give(ADMIN_SCOPE),
            LastOperator::MayGo => Vec::new(),
        }
    }
}

fn checked_change(change: UserChange, known: &Roles) -> Result<UserChange, AccountError> {
    let UserChange { roles, tenant, email } = change;
    if let Some(roles) = &roles {
        if roles.len() > MAX_ROLES {
            return Err(AccountError::TooManyRoles);
        }
        known.require(roles)?;
    }
    let tenant = tenant.map(|tenant| tenant_name(&tenant)).transpose().map_err(AccountError::Tenant)?;
    if email.iter().flatten().any(|email| !is_email(email)) {
        return Err(AccountError::Email);
    }
    Ok(UserChange { roles, tenant, email })
}

/// Only so much that it cannot break a line or a header. Whether somebody reads it is not known.
fn is_email(text: &str) -> bool {
    let halves = text.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty());
    halves && text.len() <= MAX_EMAIL_BYTES && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_two_halves_and_no_spaces() {
        assert!(is_email("a@b") && is_email("bob+x@example.org"));
        for wrong in ["", "a", "@b", "a@", "a b@c", "a@b\n", "ä@b", &format!("{}@b", "a".repeat(254))] {
            assert!(!is_email(wrong), "{wrong:?}");
        }
    }
}
