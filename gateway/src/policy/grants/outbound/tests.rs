//! Outbound calls against servers on loopback. Never asks the real DNS.
