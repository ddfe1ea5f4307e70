//! A route to a recorder, behind the JWT policy alone: the services of a stack would refuse a foreign token. Never a
//! public route.

use witgate_tests::Recorder;

/// Where the recorder is in the gateway.
pub const PATH: &str = "/foreign";

/// Names the profiles that the JWT policy of the stack takes; for `StackBuilder::replacing`.
pub const PROFILES: &str = "profiles = [\"main\"]";

/// The list of profiles with these added.
pub fn profiles(added: &[&str]) -> String {
    let names: Vec<String> = ["main"].iter().chain(added).map(|name| format!("\"{name}\"")).collect();
    format!("profiles = [{}]", names.join(", "))
}

/// The route, for gateway.toml.
pub fn route(recorder: &Recorder) -> String {
    format!(
        "[upstreams.recorder]\nurl = \"{}\"\n\
         [plugins.allow]\nworld = \"authorizer\"\nfile = \"plugins/guest_faulty.wasm\"\n\
         [[routes]]\nname = \"foreign\"\npath = \"{PATH}\"\npolicies = [\"jwt\", \"allow\"]\nupstream = \"recorder\"\n\
         identity-headers = {{ x-identity-subject = \"sub\" }}\n",
        recorder.url()
    )
}
