//! What tests of several rooms stand on: telling a skip, refused configurations as file pairs, a reserved port, and a real
//! PostgreSQL. Knows no room of Witgate, so that all may use it as a dev-dependency; never a part of what ships.

pub mod skip;
pub mod pairs;
pub mod reserved;
pub mod postgres;
