//! The one configured instance of a plugin in a component.
//!
//! Never replaced once it is there: a new config is a new instance, which the gateway makes.
use std::cell::OnceCell;

use crate::plugin::Plugin;

/// Configures the one instance of this component. A second call is refused: a new config is a new instance.
pub fn configure<P: Plugin>(instance: &OnceCell<P>, config_json: &str) -> Result<(), String> {
    report_panics();
    let plugin = P::configure(crate::config::parse(config_json)?)?;
    instance.set(plugin).map_err(|_| "configure was called twice".to_owned())
}

/// The configured instance. The gateway configures before it calls a role; if it did not, this trap is a refusal there.
pub fn configured<P>(instance: &OnceCell<P>) -> &P {
    instance.get().expect("the gateway configures an instance before its first call")
}

/// There is no stderr in a component: a panic goes to the gateway's log, and the trap that follows ends the call.
fn report_panics() {
    #[cfg(target_family = "wasm")]
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let reason = panic.payload_as_str().unwrap_or("no message");
        crate::error!("the plugin panicked", reason = reason, place = place);
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Even(u32);

    impl Plugin for Even {
        type Config = u32;
        crate::metadata!();

        fn configure(number: u32) -> Result<Self, String> {
            if number.is_multiple_of(2) { Ok(Self(number)) } else { Err(format!("{number} is odd")) }
        }
    }

    #[test]
    fn an_instance_is_configured_once() {
        let instance = OnceCell::new();
        assert_eq!(configure::<Even>(&instance, "4"), Ok(()));
        assert_eq!(configured(&instance).0, 4);
        assert_eq!(configure::<Even>(&instance, "6").unwrap_err(), "configure was called twice");
        assert_eq!(configured(&instance).0, 4);
    }

    #[test]
    fn a_refused_config_leaves_no_instance() {
        let instance = OnceCell::<Even>::new();
        assert_eq!(configure(&instance, "3").unwrap_err(), "3 is odd");
        assert!(configure(&instance, "{").is_err());
        assert!(instance.get().is_none());
    }

    #[test]
    #[should_panic(expected = "configures an instance before")]
    fn a_call_before_configure_panics() {
        let _ = configured(&OnceCell::<Even>::new());
    }

    #[test]
    fn metadata_is_the_crates() {
        assert_eq!((Even::NAME, Even::VERSION), ("witgate-plugin", env!("CARGO_PKG_VERSION")));
        assert!(!Even::DESCRIPTION.is_empty());
    }
}
