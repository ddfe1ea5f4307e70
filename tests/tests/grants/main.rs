//! What a policy may use beyond its world, through the front door: granted it is real, else it is refused. Never past a
//! mock: the component is built as any policy is.

mod guest;
mod wasi;
mod stored;
mod http;
mod secrets;
