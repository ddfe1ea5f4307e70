//! The export macro: from a plugin type to a component.
//!
//! Never public API beyond [`export!`](crate::export!): the rest is for the macro's expansion.
#[cfg(target_family = "wasm")]
pub use crate::component::bindings;
#[cfg(target_family = "wasm")]
pub use crate::roles;

/// Makes a component of a plugin: `witgate_plugin::export!(authenticator: JwtPolicy)`, or `authorizer`, `router`, `filter`.
/// Once per crate. On native it only checks that the type has the role.
///
/// ```
/// # use witgate_plugin::{Authorizer, Decision, Plugin};
/// #
/// # struct Gate;
/// #
/// # impl Plugin for Gate {
/// #     type Config = serde_json::Map<String, serde_json::Value>;
/// #     witgate_plugin::metadata!();
/// #
/// #     fn configure(_config: Self::Config) -> Result<Self, String> {
/// #         Ok(Self)
/// #     }
/// # }
/// impl Authorizer for Gate {
///     fn authorize(&self) -> Decision {
///         Decision::Abstain
///     }
/// }
///
/// witgate_plugin::export!(authorizer: Gate);
/// ```
#[macro_export]
macro_rules! export {
    (authenticator: $plugin:ty) => {
        $crate::__export_role!(authenticator, Authenticator, $plugin);
    };
    (authorizer: $plugin:ty) => {
        $crate::__export_role!(authorizer, Authorizer, $plugin);
    };
    (router: $plugin:ty) => {
        $crate::__export_role!(router, Router, $plugin);
    };
    (filter: $plugin:ty) => {
        $crate::__export_role!(filter, Filter, $plugin);
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __export_role {
    ($role:ident, $trait:ident, $plugin:ty) => {
        const _: () = {
            const fn has_role<P: $crate::$trait>() {}
            has_role::<$plugin>();
        };
        #[cfg(target_family = "wasm")]
        const _: () = {
            ::std::thread_local! {
                static INSTANCE: ::std::cell::OnceCell<$plugin> = const { ::std::cell::OnceCell::new() };
            }
            struct Component;
            impl $crate::export::roles::Instance for Component {
                type Plugin = $plugin;
                fn with<R>(call: impl FnOnce(&::std::cell::OnceCell<$plugin>) -> R) -> R {
                    INSTANCE.with(call)
                }
            }
            type Glue = $crate::export::roles::Glue<Component>;
    $crate::export::bindings::lifecycle::export!(Glue with_types_in $crate::export::bindings::lifecycle);
    $crate::export::bindings::$role::export!(Glue with_types_in $crate::export::bindings::$role);
        };
    };
}
