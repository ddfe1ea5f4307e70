//! The operator's log, through the gateway.
//!
//! Never put a token, a secret or a whole claim set here. There is no stderr in a component: this is the only way to speak.
use crate::host;
pub use crate::types::Level;
pub use crate::{debug, error, info, warn};

/// One event. The macros [`debug!`], [`info!`], [`warn!`] and [`error!`] are the usual way to write one.
///
/// ```
/// use witgate_plugin::{Level, log, mock};
///
/// mock::request("GET", "/").run(|| log::write(Level::Info, "denied", &[("rule", &"staff only")]));
/// assert_eq!(mock::logs()[0].field("rule"), Some("staff only"));
/// ```
pub fn write(level: Level, message: &str, fields: &[(&str, &dyn ToString)]) {
    let fields: Vec<_> = fields.iter().map(|(key, value)| ((*key).to_owned(), value.to_string())).collect();
    host::log(level, message, &fields);
}

/// Logs at a given level: `event!(Level::Info, "message", key = value, ...)`.
#[doc(hidden)]
#[macro_export]
macro_rules! event {
    ($level:expr, $message:expr $(, $key:ident = $value:expr)* $(,)?) => {
        $crate::log::write($level, ::core::convert::AsRef::<str>::as_ref(&$message),
            &[$((::core::stringify!($key), &$value as &dyn ::std::string::ToString)),*])
    };
}

/// Logs for the plugin's author: `debug!("message", key = value, ...)`.
///
/// ```
/// witgate_plugin::mock::request("GET", "/").run(|| witgate_plugin::debug!("no rule for this path", rules = 3));
/// assert_eq!(witgate_plugin::mock::logs()[0].field("rules"), Some("3"));
/// ```
#[macro_export]
macro_rules! debug { ($($event:tt)+) => { $crate::event!($crate::Level::Debug, $($event)+) }; }

/// Logs for the record: `info!("message", key = value, ...)`.
///
/// ```
/// witgate_plugin::mock::request("GET", "/").run(|| witgate_plugin::info!("denied", rule = "staff only"));
/// assert_eq!(witgate_plugin::mock::logs()[0].field("rule"), Some("staff only"));
/// ```
#[macro_export]
macro_rules! info { ($($event:tt)+) => { $crate::event!($crate::Level::Info, $($event)+) }; }

/// Logs what somebody should look at one day: `warn!("message", key = value, ...)`.
///
/// ```
/// witgate_plugin::mock::request("GET", "/").run(|| witgate_plugin::warn!("the plan is unknown", plan = "gold"));
/// assert_eq!(witgate_plugin::mock::logs()[0].field("plan"), Some("gold"));
/// ```
#[macro_export]
macro_rules! warn { ($($event:tt)+) => { $crate::event!($crate::Level::Warn, $($event)+) }; }

/// Logs what somebody should look at now: `error!("message", key = value, ...)`.
///
/// ```
/// witgate_plugin::mock::request("GET", "/").run(|| witgate_plugin::error!("nobody answers", host = "api"));
/// assert_eq!(witgate_plugin::mock::logs()[0].field("host"), Some("api"));
/// ```
#[macro_export]
macro_rules! error { ($($event:tt)+) => { $crate::event!($crate::Level::Error, $($event)+) }; }

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mock;

    #[test]
    fn events_carry_level_message_and_fields() {
        let rule = String::from("staff only");
        mock::request("GET", "/").run(|| {
            crate::debug!("plain");
            crate::warn!(format!("made {}", 1), rule = rule, count = 2,);
        });
        let logs = mock::logs();
        assert_eq!((logs[0].level, logs[0].message.as_str(), logs[0].fields.len()), (Level::Debug, "plain", 0));
        assert_eq!((logs[1].level, logs[1].message.as_str()), (Level::Warn, "made 1"));
        assert_eq!((logs[1].field("rule"), logs[1].field("count")), (Some("staff only"), Some("2")));
    }
}
