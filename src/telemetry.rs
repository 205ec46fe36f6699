//! Logs: one line an event, `time=… level=info msg="…" key=value`, to stderr or to a daily file.
//!
//! What is logged may come from strangers: every value is cleaned of control characters. A slow
//! reader of the logs loses lines; it never slows the program.

mod logfmt;

use std::backtrace::{Backtrace, BacktraceStatus};
use std::error::Error as _;
use std::fs;
use std::io;
use std::panic;
use std::path::{Path, PathBuf};
use std::thread;

use tracing::level_filters::LevelFilter;
use tracing_appender::non_blocking::{NonBlocking, WorkerGuard};
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

use self::logfmt::Logfmt;

/// How many daily files are kept: two weeks, so that last week's night can still be read.
const FILES: usize = 14;

/// Where logs go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sink {
    /// Stderr: nobody draws on the terminal.
    Stderr,
    /// A file a day in this directory: the terminal is drawn on.
    Files(PathBuf),
}

/// Logging, as long as it is held. Dropping it writes what is still buffered.
#[derive(Debug)]
pub struct Telemetry {
    _writer: WorkerGuard,
}

/// Why there are no logs.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The log file cannot be made.
    #[error(
        "{directory}: no logs can be kept there: {why}; make it a directory that you may write"
    )]
    File {
        /// The directory.
        directory: PathBuf,
        /// Why.
        why: String,
    },
    /// Logging was started already.
    #[error("logging was started twice: {0}")]
    Twice(#[from] TryInitError),
}

/// Starts logging what is at least as bad as `level`, panics included.
pub fn start(sink: Sink, level: LevelFilter) -> Result<Telemetry, TelemetryError> {
    let (writer, guard) = match sink {
        Sink::Stderr => NonBlocking::new(io::stderr()),
        Sink::Files(directory) => NonBlocking::new(daily(&directory)?),
    };
    let lines = tracing_subscriber::fmt::layer()
        .event_format(Logfmt)
        .fmt_fields(Logfmt)
        .with_writer(writer);
    // Of libraries only what should be looked at.
    let targets = Targets::new()
        .with_target(env!("CARGO_CRATE_NAME"), level)
        .with_default(LevelFilter::WARN.min(level));
    tracing_subscriber::registry().with(targets).with(lines).try_init()?;
    log_panics();
    Ok(Telemetry { _writer: guard })
}

fn daily(directory: &Path) -> Result<RollingFileAppender, TelemetryError> {
    let failed = |why: String| TelemetryError::File { directory: directory.to_owned(), why };
    // The appender would make it too, after complaining on stderr that it is not there.
    fs::create_dir_all(directory).map_err(|error| failed(error.to_string()))?;
    RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("watchbell")
        .filename_suffix("log")
        .max_log_files(FILES)
        .build(directory)
        // Its source is what the system said; the error itself repeats where.
        .map_err(|error| {
            failed(error.source().map_or_else(|| error.to_string(), ToString::to_string))
        })
}

/// A panic is a line like any other: stderr may be the terminal that is drawn on.
fn log_panics() {
    panic::set_hook(Box::new(|info| {
        let thread = thread::current();
        let place = info.location().map(ToString::to_string);
        let trace = Backtrace::capture();
        let trace = match trace.status() {
            BacktraceStatus::Captured => Some(trace.to_string()),
            _ => None,
        };
        tracing::error!(
            thread = thread.name(),
            at = place,
            panic = info.payload_as_str(),
            trace,
            "A thread panicked"
        );
    }));
}
