//! What tells a service to stop: the signals of whoever listens. Never anything of its own.

pub use witgate_wire::StopSignals;
