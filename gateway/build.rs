//! Says which folders the program embeds, so that a new file in them builds it anew. Never makes a file.

fn main() {
    for folder in ["plugins/templates", "wit", "plugins/js-sdk", "plugins/py-sdk"] {
        println!("cargo:rerun-if-changed=../{folder}");
    }
}
