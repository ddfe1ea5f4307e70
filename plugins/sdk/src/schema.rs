//! From the type of a plugin's config to the JSON Schema that `describe` hands to tools.
//!
//! Never checks a config: serde does, when the plugin is configured.
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;

/// The key of the schema that lists every code of the policy's own; tools read it, validators skip it.
pub const CODES_KEY: &str = "x-witgate-codes";

/// The schema of a type (2020-12) as JSON text, with the codes under [`CODES_KEY`].
#[doc(hidden)]
pub fn of<T: JsonSchema>(codes: &[&str]) -> String {
    let mut schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>();
    if !codes.is_empty() {
        schema.insert(CODES_KEY.to_owned(), codes.into());
    }
    schema.to_value().to_string()
}

/// The schema of the config, made of its type and of the plugin's `CODES`: write it inside of `impl Plugin`. The config
/// derives [`schemars::JsonSchema`]; its doc comments become descriptions. A plugin that depends on `schemars` by way of
/// [`witgate_plugin::schemars`](crate::schemars) alone says so with `#[schemars(crate = "witgate_plugin::schemars")]`.
///
/// ```
/// use witgate_plugin::Plugin;
/// use witgate_plugin::schemars::JsonSchema;
///
/// #[derive(serde::Deserialize, JsonSchema)]
/// #[schemars(crate = "witgate_plugin::schemars")]
/// #[serde(deny_unknown_fields, rename_all = "kebab-case")]
/// pub struct Config {
///     /// The scope that a caller needs.
///     needed_scope: String,
/// }
///
/// pub struct NeedsScope(Config);
///
/// impl Plugin for NeedsScope {
///     type Config = Config;
///     const CODES: &'static [&'static str] = &["scope_missing"];
///     witgate_plugin::metadata!();
///     witgate_plugin::schema!();
///
///     fn configure(config: Config) -> Result<Self, String> {
///         Ok(Self(config))
///     }
/// }
///
/// let schema: serde_json::Value = serde_json::from_str(&NeedsScope::config_schema().unwrap()).unwrap();
/// assert_eq!(schema["required"][0], "needed-scope");
/// assert_eq!(schema["properties"]["needed-scope"]["description"], "The scope that a caller needs.");
/// assert_eq!(schema["x-witgate-codes"][0], "scope_missing");
/// ```
#[macro_export]
macro_rules! schema {
    () => {
        fn config_schema() -> ::core::option::Option<::std::string::String> {
            ::core::option::Option::Some($crate::schema::of::<<Self as $crate::Plugin>::Config>(
                <Self as $crate::Plugin>::CODES,
            ))
        }
    };
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(text: &str) -> Value {
        serde_json::from_str(text).expect("JSON")
    }

    #[test]
    fn a_schema_says_its_draft_and_refuses_unknown_keys() {
        #[derive(serde::Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields, rename_all = "kebab-case")]
        #[allow(dead_code, reason = "only its schema matters here")]
        struct Config {
            max_age: Option<u32>,
        }
        let schema = read(&of::<Config>(&[]));
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert_eq!((&schema["additionalProperties"], &schema["required"]), (&json!(false), &Value::Null));
        assert_eq!(schema["properties"]["max-age"]["minimum"], 0);
        assert_eq!(schema.get(CODES_KEY), None);
    }

    #[test]
    fn codes_stand_beside_any_schema() {
        assert_eq!(read(&of::<Value>(&["a", "b"]))[CODES_KEY], json!(["a", "b"]));
        assert_eq!(read(&of::<()>(&["a"]))[CODES_KEY], json!(["a"]));
    }
}
