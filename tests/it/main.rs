//! One binary of integration tests, so that the program is linked once.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail as tests do"
)]

mod abuse;
mod ahead;
mod alert;
mod alertmanager;
mod amtool;
mod api;
mod architecture;
mod attach;
mod care;
mod colours;
mod console;
mod corpus;
mod daemon;
mod demo;
mod differential;
mod docs;
mod explain;
mod far_end;
mod faster;
mod kill;
mod line;
mod notify;
mod people;
mod picture;
mod prefix;
mod prometheus;
mod pty;
mod screen;
mod silence;
mod standin;
mod start;
mod storm;
mod support;
mod tls;
mod token;
