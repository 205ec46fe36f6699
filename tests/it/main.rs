//! One binary of integration tests, so that the program is linked once.

mod pty;
