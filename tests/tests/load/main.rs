//! Reloads while 200 connections ask. A test binary of its own, so that nothing else of ours runs beside the measured
//! times. Never a benchmark: dev builds, a steady pace.

mod connections;
mod probe;
mod under_load;
