//! What exists in a component only: the generated bindings, and the gateway as the SDK calls it.
//!
//! Never holds policy logic, and never translates a role: that is `roles`.
pub mod bindings;
pub mod imports;
pub mod granted;
pub mod surroundings;
