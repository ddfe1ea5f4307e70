//! Finding a claim by its name or by a JSON pointer (RFC 6901).
//!
//! Never allocates: it runs for each demanded claim of each request, also where the token came out of a cache.

use serde_json::Value;

use crate::members::Members;

/// A top-level name, or an RFC 6901 pointer when it starts with `/`.
pub(crate) fn find<'a>(claims: &'a Members, name_or_pointer: &str) -> Option<&'a Value> {
    let Some(pointer) = name_or_pointer.strip_prefix('/') else { return claims.get(name_or_pointer) };
    let mut steps = pointer.split('/');
    let first = member(steps.next()?, |name| claims.get(name), claims.iter())?;
    steps.try_fold(first, |at, step| match at {
        Value::Object(members) => {
            let all = members.iter().map(|(name, value)| (name.as_str(), value));
            member(step, |name| members.get(name), all)
        }
        Value::Array(items) => items.get(index(step)?),
        _ => None,
    })
}

/// A step without `~` is the name itself; one with `~` is compared with each name as it would be written.
fn member<'a>(
    step: &str,
    get: impl FnOnce(&str) -> Option<&'a Value>,
    mut all: impl Iterator<Item = (&'a str, &'a Value)>,
) -> Option<&'a Value> {
    if step.contains('~') {
        return all.find(|(name, _)| is_spelled(name, step)).map(|(_, value)| value);
    }
    get(step)
}

/// Whether a step is this name with `~1` for `/` and `~0` for `~`. Another `~` stands for itself, as in serde_json.
fn is_spelled(name: &str, step: &str) -> bool {
    let mut rest = step.chars();
    let mut unescaped = std::iter::from_fn(|| {
        let next = rest.next()?;
        let escaped = match (next, rest.as_str().as_bytes().first()) {
            ('~', Some(b'0')) => '~',
            ('~', Some(b'1')) => '/',
            _ => return Some(next),
        };
        rest.next();
        Some(escaped)
    });
    name.chars().all(|one| unescaped.next() == Some(one)) && unescaped.next().is_none()
}

/// A decimal number without a sign or leading zeros (RFC 6901 section 4).
fn index(step: &str) -> Option<usize> {
    let canonical = step == "0" || !step.starts_with(['0', '+']);
    if canonical { step.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn document() -> Value {
        json!({
            "a": {"b": [1, {"c": null}], "": 2, "~": 3, "/": 4, "~1": 5, "~0": 6, "0": 7},
            "": {"": 8}, "a/b": 9, "m~n": [[10]], "~": {"~": 11}, "é": 12, "x": "text",
        })
    }

    fn members(document: &Value) -> Members {
        Members::of(document.as_object().expect("an object").clone())
    }

    #[test]
    fn escapes_and_indices() {
        let document = document();
        let members = members(&document);
        for (pointer, value) in [
            ("a", Some(&document["a"])),
            ("/a/b/0", Some(&json!(1))),
            ("/a/b/1/c", Some(&Value::Null)),
            ("/a/", Some(&json!(2))),
            ("/a/~0", Some(&json!(3))),
            ("/a/~1", Some(&json!(4))),
            ("/a/~01", Some(&json!(5))),
            ("/a/~00", Some(&json!(6))),
            ("//", Some(&json!(8))),
            ("/a~1b", Some(&json!(9))),
            ("a/b", Some(&json!(9))),
            ("/m~0n/0/0", Some(&json!(10))),
            ("/a/b/00", None),
            ("/a/b/+0", None),
            ("/a/b/-", None),
            ("/a/b/2", None),
            ("/x/0", None),
            ("/a/b/18446744073709551616", None),
        ] {
            assert_eq!(find(&members, pointer), value, "{pointer}");
        }
    }

    proptest! {
        /// What `serde_json` finds, and nothing else.
        #[test]
        fn agrees_with_serde_json(pointer in "(/(a|b|c|m|x|é|~|~0|~1|0|1|\\+|00|-|){0,3}){1,4}") {
            let document = document();
            let members = members(&document);
            prop_assert_eq!(find(&members, &pointer), document.pointer(&pointer));
        }
    }
}
