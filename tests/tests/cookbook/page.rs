//! The code on the page. Never its prose.

use std::fs;

use witgate_tests::programs;

/// Every fenced block of TOML and Rust, without its fence.
pub fn blocks() -> Vec<String> {
    let page = fs::read_to_string(programs::root().join("docs/cookbook.md")).expect("docs/cookbook.md");
    let mut blocks = Vec::new();
    let mut open: Option<String> = None;
    for line in page.lines() {
        match &mut open {
            None if line == "```toml" || line == "```rust" => open = Some(String::new()),
            None => {}
            Some(_) if line == "```" => blocks.extend(open.take()),
            Some(block) => {
                block.push_str(line);
                block.push('\n');
            }
        }
    }
    assert_eq!(open, None, "a block that does not end");
    blocks
}
