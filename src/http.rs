//! HTTP in.

mod ttyops;
