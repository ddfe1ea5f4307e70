//! From the plugin's `config` table (as JSON) to its typed config, with errors that name the key.
//!
//! Never shows the config's values beyond what serde quotes; never speaks of lines, for the author wrote TOML.
use serde::de::DeserializeOwned;

/// Parses the config, or says which key is wrong: `rules[2].when: unknown field ...`.
pub fn parse<T: DeserializeOwned>(json: &str) -> Result<T, String> {
    let mut reader = serde_json::Deserializer::from_str(json);
    let parsed = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let reason = without_position(&error.into_inner().to_string());
        if path == "." { reason } else { format!("{path}: {reason}") }
    })?;
    reader.end().map_err(|error| without_position(&error.to_string()))?;
    Ok(parsed)
}

/// serde_json ends its messages with a position in the JSON, which nobody wrote.
fn without_position(message: &str) -> String {
    message.rsplit_once(" at line ").map_or(message, |(reason, _)| reason).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize, Debug)]
    #[serde(deny_unknown_fields, rename_all = "kebab-case")]
    struct Config {
        #[allow(dead_code, reason = "only its parsing matters here")]
        rules: Vec<Rule>,
    }

    #[derive(serde::Deserialize, Debug)]
    #[serde(deny_unknown_fields, rename_all = "kebab-case")]
    struct Rule {
        #[allow(dead_code, reason = "only its parsing matters here")]
        max_age: u32,
    }

    #[test]
    fn errors_name_the_key_and_no_position() {
        let cases = [
            (r#"{}"#, "missing field `rules`"),
            (r#"{"rules": [{"max-age": 1}], "x": 1}"#, "x: unknown field `x`, expected `rules`"),
            (
                r#"{"rules": [{"max-age": 1}, {"max-age": "1"}]}"#,
                "rules[1].max-age: invalid type: string \"1\", expected u32",
            ),
            (r#"{"rules": [{"max_age": 1}]}"#, "rules[0].max_age: unknown field `max_age`, expected `max-age`"),
            (r#"{"rules": []} x"#, "trailing characters"),
        ];
        for (json, expected) in cases {
            assert_eq!(parse::<Config>(json).unwrap_err(), expected, "{json}");
        }
    }
}
