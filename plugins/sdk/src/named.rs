//! Lists of a config whose items have names: rules, keys.
//!
//! Never an error that leaves the operator counting: it says number and name of the item that is wrong.
use std::collections::BTreeSet;

/// Checks the items of a list one by one. `keys` are that of the list and that of an item's name.
///
/// # Errors
/// Where a name is empty or there twice, or where `check` refuses an item: `rules[1] ("staff"): methods[0]: ...`.
///
/// ```
/// use witgate_plugin::named;
///
/// let short = |text: &'static str| if text.len() < 6 { Ok(text.len()) } else { Err("too long".to_owned()) };
/// let check = |texts: Vec<&'static str>| named::each(texts, ("rules", "name"), |text| text, short);
/// assert_eq!(check(vec!["one", "three"]), Ok(vec![3, 5]));
/// assert_eq!(check(vec!["one", "eleven"]), Err("rules[1] (\"eleven\"): too long".into()));
/// assert_eq!(check(vec!["one", "one"]), Err("rules[1] (\"one\"): name: must be unique and not empty".into()));
/// ```
pub fn each<W, C>(
    written: Vec<W>,
    keys: (&str, &str),
    name: impl Fn(&W) -> &str,
    mut check: impl FnMut(W) -> Result<C, String>,
) -> Result<Vec<C>, String> {
    let mut names = BTreeSet::new();
    let mut checked = Vec::with_capacity(written.len());
    for (index, item) in written.into_iter().enumerate() {
        let of = name(&item).to_owned();
        let label = format!("{}[{index}] (\"{of}\")", keys.0);
        if of.is_empty() || !names.insert(of) {
            return Err(format!("{label}: {}: must be unique and not empty", keys.1));
        }
        checked.push(check(item).map_err(|why| format!("{label}: {why}"))?);
    }
    Ok(checked)
}
