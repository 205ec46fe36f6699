//! One binary of integration tests, so that the program is linked once.

mod pty;
mod start;
mod support;
mod token;
