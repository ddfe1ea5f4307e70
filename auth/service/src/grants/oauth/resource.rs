//! Which audience a client's tokens have (RFC 8707). Never one that the configuration does not name.

use crate::grants::{GrantError, Grants};
use crate::store::Client;

impl Grants {
    /// The audience for the resource that a client asks for; nothing: the configured one. A client that is registered
    /// without audiences may have the configured one alone. A client that asks for nothing gets the configured one or,
    /// when it may not have that, its first.
    ///
    /// # Errors
    /// [`GrantError::InvalidTarget`].
    pub fn audience_for(&self, client: &Client, resource: Option<&str>) -> Result<Option<String>, GrantError> {
        let configured = self.issuer.audience();
        let may_have = |audience: &str| {
            let registered = client.audiences.iter().any(|one| one == audience);
            registered || (client.audiences.is_empty() && audience == configured)
        };
        let asked = match resource {
            Some(resource) => resource,
            None if may_have(configured) => configured,
            None => client.audiences.first().map_or(configured, String::as_str),
        };
        let exists = asked == configured || self.issuer.resources().iter().any(|one| one == asked);
        if !exists || !may_have(asked) {
            return Err(GrantError::InvalidTarget);
        }
        Ok((asked != configured).then(|| asked.to_owned()))
    }
}
