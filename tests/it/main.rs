//! One binary of integration tests, so that the program is linked once.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

mod console;
mod pty;
mod screen;
mod start;
mod support;
mod token;
