//! The tenant that a request names.
//!
//! Never a guess: where a request names two, or could be read in two ways, it names none. A query parameter cannot say
//! whose a resource is, for it may be there twice and the upstream may read the other one.
use witgate_plugin::{contract, request};

use crate::config::WrittenResource;

/// What a path parameter's attribute begins with.
const PATH_ATTRIBUTE: &str = "path.";
/// Stands for the tenant in a host.
const PLACEHOLDER: &str = "{tenant}";

/// Where the tenant is, checked.
#[derive(Debug)]
pub enum Resource {
    Attribute(String),
    Header(String),
    /// What stands before and after the tenant's label.
    Host(String, String),
}

impl Resource {
    /// Checks the key `resource`.
    pub fn compile(written: WrittenResource) -> Result<Self, String> {
        match written {
            WrittenResource::Path(name) => Ok(Self::Attribute(format!("{PATH_ATTRIBUTE}{}", named(name, "path")?))),
            WrittenResource::Attribute(name) => Ok(Self::Attribute(named(name, "attribute")?)),
            WrittenResource::Header(name) => {
                contract::readable_header(&name).map(Self::Header).map_err(|why| format!("resource.header: {why}"))
            }
            WrittenResource::Host(pattern) => host(&pattern).map_err(|why| format!("resource.host: `{pattern}` {why}")),
        }
    }

    /// The tenant of the request under way; never empty.
    pub fn tenant(&self) -> Option<String> {
        let named = match self {
            Self::Attribute(name) => request::attribute(name),
            Self::Header(name) => request::sole_header(name).ok().flatten(),
            Self::Host(before, after) => label(&request::authority(), before, after),
        };
        named.filter(|tenant| !tenant.is_empty())
    }
}

fn named(name: String, key: &str) -> Result<String, String> {
    if name.is_empty() { Err(format!("resource.{key}: must not be empty")) } else { Ok(name) }
}

fn host(pattern: &str) -> Result<Resource, String> {
    let (before, after) = pattern.split_once(PLACEHOLDER).ok_or("must have `{tenant}` in it")?;
    if after.contains(PLACEHOLDER) {
        return Err("has `{tenant}` twice".to_owned());
    }
    let whole = (before.is_empty() || before.ends_with('.')) && (after.is_empty() || after.starts_with('.'));
    if !whole || (before.is_empty() && after.is_empty()) {
        return Err("must have `{tenant}` as one whole label among others, as in `{tenant}.api.example.com`".to_owned());
    }
    let legal = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'.';
    if !before.bytes().chain(after.bytes()).all(legal) {
        return Err("is a host in lower case, without a port".to_owned());
    }
    Ok(Resource::Host(before.to_owned(), after.to_owned()))
}

/// The label between the two parts. Hosts have no case, tenants do: what is compared is lower case.
fn label(authority: &str, before: &str, after: &str) -> Option<String> {
    let host = authority.split_once(':').map_or(authority, |(host, _port)| host).to_ascii_lowercase();
    let label = host.strip_prefix(before)?.strip_suffix(after)?;
    (!label.contains('.')).then(|| label.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_has_the_tenant_as_one_label() {
        let (before, after) = ("", ".api.example.com");
        assert_eq!(label("acme.api.example.com", before, after).as_deref(), Some("acme"));
        assert_eq!(label("ACME.api.example.com:8443", before, after).as_deref(), Some("acme"));
        for other in
            ["api.example.com", "a.b.api.example.com", "acme.api.example.com.evil.test", "acme.api.example.org"]
        {
            assert_eq!(label(other, before, after), None, "{other}");
        }
        assert_eq!(label("api.acme.example.com", "api.", ".example.com").as_deref(), Some("acme"));
        assert_eq!(label(".api.example.com", before, after).as_deref(), Some(""));
    }

    #[test]
    fn a_host_that_no_request_can_have_is_refused() {
        for bad in
            ["api.example.com", "{tenant}", "x{tenant}.example.com", "{tenant}x.example.com", "{tenant}.{tenant}.com"]
        {
            assert!(host(bad).is_err(), "{bad}");
        }
        assert!(host("{tenant}.Example.com").unwrap_err().contains("lower case"));
        assert!(host("{tenant}.example.com:443").unwrap_err().contains("without a port"));
    }
}
