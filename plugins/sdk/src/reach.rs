//! Which requests a rule is about: methods and paths.
//!
//! Never half-checked: a reach exists only when every method and pattern in it can match a request.
use crate::path::Pattern;
use crate::request;

/// How methods are read.
///
/// ```
/// use witgate_plugin::mock;
/// use witgate_plugin::reach::{Methods, Reach};
///
/// let covers = |read| Reach::of(Some(vec!["GET".into()]), None, read).unwrap().covers();
/// mock::request("HEAD", "/").run(|| assert!(covers(Methods::GetCoversHead) && !covers(Methods::Exact)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Methods {
    /// For rules that let pass: exactly those.
    Exact,
    /// For rules that stop or demand: HEAD asks for what GET gives (RFC 9110 section 9.3.2), so who may not GET may not
    /// learn its length either.
    GetCoversHead,
}

/// Methods and paths, checked. What was left out covers everything.
///
/// ```
/// use witgate_plugin::mock;
/// use witgate_plugin::reach::{Methods, Reach};
///
/// let reads = Reach::of(Some(vec!["GET".into()]), Some(vec!["/orders/**".into()]), Methods::GetCoversHead)?;
/// mock::request("HEAD", "/orders/7").run(|| assert!(reads.covers()));
/// mock::request("POST", "/orders/7").run(|| assert!(!reads.covers()));
/// # Ok::<(), String>(())
/// ```
#[derive(Debug)]
pub struct Reach {
    methods: Vec<String>,
    paths: Vec<Pattern>,
}

impl Reach {
    /// Checks the keys `methods` and `paths` of a config.
    ///
    /// ```
    /// use witgate_plugin::reach::{Methods, Reach};
    ///
    /// let slip = Reach::of(Some(vec!["get".into()]), None, Methods::Exact);
    /// assert_eq!(slip.unwrap_err(), "methods[0]: `get` is no method; they are in upper case");
    /// ```
    ///
    /// # Errors
    /// The key and what is wrong with it, such as `methods[1]: ...`.
    pub fn of(methods: Option<Vec<String>>, paths: Option<Vec<String>>, read: Methods) -> Result<Self, String> {
        Ok(Self { methods: checked_methods(methods, read)?, paths: checked_paths(paths)? })
    }

    /// Whether the request of this call is among them. Asks for its method and path only where they count.
    ///
    /// ```
    /// use witgate_plugin::mock;
    /// use witgate_plugin::reach::{Methods, Reach};
    ///
    /// let admin = Reach::of(None, Some(vec!["/admin/**".into()]), Methods::Exact)?;
    /// assert!(mock::request("GET", "/admin/users").run(move || admin.covers()));
    /// # Ok::<(), String>(())
    /// ```
    pub fn covers(&self) -> bool {
        (self.methods.is_empty() || self.has_method(&request::known_method()))
            && (self.paths.is_empty() || self.has_path(&request::known_path()))
    }

    fn has_method(&self, method: &str) -> bool {
        self.methods.iter().any(|one| one == method)
    }

    fn has_path(&self, path: &str) -> bool {
        self.paths.iter().any(|pattern| pattern.matches(path))
    }
}

fn checked_methods(written: Option<Vec<String>>, read: Methods) -> Result<Vec<String>, String> {
    let Some(mut methods) = written else { return Ok(Vec::new()) };
    if methods.is_empty() {
        return Err("methods: an empty list matches nothing; leave the key out for every method".into());
    }
    if let Some(index) = methods.iter().position(|method| !is_method(method)) {
        return Err(format!("methods[{index}]: `{}` is no method; they are in upper case", methods[index]));
    }
    if read == Methods::GetCoversHead && methods.iter().any(|method| method == "GET") {
        methods.push("HEAD".to_owned());
    }
    Ok(methods)
}

/// A token (RFC 9110 section 5.6.2) without lower case: methods are case-sensitive, and `get` would never match.
fn is_method(method: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !method.is_empty() && method.bytes().all(legal)
}

fn checked_paths(written: Option<Vec<String>>) -> Result<Vec<Pattern>, String> {
    let Some(paths) = written else { return Ok(Vec::new()) };
    if paths.is_empty() {
        return Err("paths: an empty list matches nothing; leave the key out for every path".into());
    }
    let parse =
        |(index, pattern): (usize, &String)| Pattern::parse(pattern).map_err(|why| format!("paths[{index}]: {why}"));
    paths.iter().enumerate().map(parse).collect()
}
