//! The end-to-end harness: starts the real programs on free ports in a folder of their own, and talks to them as a
//! client would. Never a mock of one of our rooms, and never a part of what ships.

pub mod programs;
pub mod shipped;
pub mod deadline;
pub mod measured;
pub mod child;
pub mod component;
pub mod languages;
pub mod configs;
pub mod users;
pub mod clients;
pub mod sign_in;
pub mod plain_browser;
pub mod auth_caller;
pub mod command;
pub mod document;
pub mod raw;
pub mod mint;
pub mod arguments;
pub mod feed;
pub mod relay;
pub mod node;
pub mod cluster;
pub mod stack;
pub mod alone;
pub mod session;
pub mod builder;
pub mod recorder;
pub mod oracles;
pub mod conversation;
pub mod judge;
pub mod trial;
pub mod outside;
pub mod transcript;

pub use alone::Alone;
pub use auth_caller::{AuthCaller, Tokens};
pub use builder::StackBuilder;
pub use cluster::Cluster;
pub use document::Document;
pub use mint::Mint;
pub use node::Solo;
pub use recorder::Recorder;
pub use relay::Relay;
pub use stack::Stack;
pub use witgate_ground::skip;
