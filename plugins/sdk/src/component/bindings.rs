//! The code that wit-bindgen writes from `wit/`, once for all plugins. Exists in a component only.
//!
//! One world imports everything and exports nothing; what a plugin does not call never gets into its component, because
//! wit-component drops unused imports. One world per export, so that a component exports its life and its role alone.
//! Never used by a plugin directly: `host` and `export` translate.
#![allow(unsafe_code, missing_docs, clippy::all, reason = "generated: the canonical ABI needs raw pointers")]

pub mod imports {
    wit_bindgen::generate!({
        path: "wit",
        inline: "
            package witgate:sdk;
            world imports {
                import witgate:policy/types@0.2.0;
                import witgate:policy/request@0.2.0;
                import witgate:policy/claims@0.2.0;
                import witgate:policy/jwt@0.2.0;
                import witgate:policy/log@0.2.0;
                import witgate:policy/store@0.2.0;
                import witgate:policy/outbound@0.2.0;
            }
        ",
        generate_all,
        generate_unused_types: true,
    });
}

pub mod lifecycle {
    wit_bindgen::generate!({
        path: "wit",
        inline: "
            package witgate:sdk;
            world lifecycle { export witgate:policy/lifecycle@0.2.0; }
        ",
        generate_all,
        pub_export_macro: true,
        export_macro_name: "export",
    });
    pub use exports::witgate::policy::lifecycle::{Guest, Metadata};
}

pub mod authenticator {
    wit_bindgen::generate!({
        path: "wit",
        inline: "
            package witgate:sdk;
            world authenticator { export witgate:policy/authenticator@0.2.0; }
        ",
        with: {
            "witgate:policy/types@0.2.0": super::imports::witgate::policy::types,
            "witgate:policy/authenticator@0.2.0": generate,
        },
        pub_export_macro: true,
        export_macro_name: "export",
    });
    pub use exports::witgate::policy::authenticator::{Guest, Outcome};
}

pub mod authorizer {
    wit_bindgen::generate!({
        path: "wit",
        inline: "
            package witgate:sdk;
            world authorizer { export witgate:policy/authorizer@0.2.0; }
        ",
        with: {
            "witgate:policy/types@0.2.0": super::imports::witgate::policy::types,
            "witgate:policy/authorizer@0.2.0": generate,
        },
        pub_export_macro: true,
        export_macro_name: "export",
    });
    pub use exports::witgate::policy::authorizer::{Decision, Guest};
}

pub mod router {
    wit_bindgen::generate!({
        path: "wit",
        inline: "
            package witgate:sdk;
            world router { export witgate:policy/router@0.2.0; }
        ",
        with: {
            "witgate:policy/types@0.2.0": super::imports::witgate::policy::types,
            "witgate:policy/router@0.2.0": generate,
        },
        pub_export_macro: true,
        export_macro_name: "export",
    });
    pub use exports::witgate::policy::router::{Guest, Selection, Target};
}

pub mod filter {
    wit_bindgen::generate!({
        path: "wit",
        inline: "
            package witgate:sdk;
            world filter { export witgate:policy/filter@0.2.0; }
        ",
        with: {
            "witgate:policy/types@0.2.0": super::imports::witgate::policy::types,
            "witgate:policy/filter@0.2.0": generate,
        },
        pub_export_macro: true,
        export_macro_name: "export",
    });
    pub use exports::witgate::policy::filter::{Action, Guest, HeaderOp};
}
