//! The end-to-end harness: starts the real programs on free ports in a folder of their own, and talks to them as a
//! client would. Never a mock of one of our rooms, and never a part of what ships.

pub mod programs;
pub mod deadline;
pub mod measured;
pub mod child;
pub mod component;
pub mod configs;
pub mod users;
pub mod sign_in;
pub mod plain_browser;
pub mod document;
pub mod mint;
pub mod arguments;
pub mod stack;
pub mod session;
pub mod builder;
pub mod raw;
pub mod recorder;
pub mod oracles;
pub mod conversation;
pub mod judge;

pub use builder::StackBuilder;
pub use document::Document;
pub use mint::Mint;
pub use recorder::Recorder;
pub use session::Tokens;
pub use stack::Stack;
pub use witgate_ground::skip;
