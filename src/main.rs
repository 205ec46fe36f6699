//! The program: `watchbell` is its library, started.

fn main() {}
