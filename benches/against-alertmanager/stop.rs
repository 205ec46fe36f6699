//! Whether the measuring is to end early, on Ctrl-C or SIGTERM: then every wait ends, and whoever
//! waited drops what was started.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::Thread;
use std::time::{Duration, Instant};

use anyhow::{anyhow, bail};
use tokio::signal::unix::{SignalKind, signal};

static STOPPED: AtomicBool = AtomicBool::new(false);

/// Does `work` on a thread of its own, and tells it of signals; its answer, once it has ended.
pub(crate) fn unless_interrupted(
    work: impl FnOnce() -> anyhow::Result<()> + Send + 'static,
) -> anyhow::Result<()> {
    let (told, ended) = tokio::sync::oneshot::channel();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let worker = std::thread::spawn(move || {
        let outcome = work();
        // Whoever was interrupted does not wait for it.
        let _ = told.send(());
        outcome
    });
    runtime.block_on(async {
        let mut pressed = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            _ = ended => {}
            _ = pressed.recv() => stop(worker.thread()),
            _ = terminate.recv() => stop(worker.thread()),
        }
        anyhow::Ok(())
    })?;
    worker.join().map_err(|_| anyhow!("the measuring panicked"))?
}

fn stop(worker: &Thread) {
    STOPPED.store(true, Ordering::Relaxed);
    worker.unpark();
}

/// Fails if it is to end.
pub(crate) fn check() -> anyhow::Result<()> {
    if STOPPED.load(Ordering::Relaxed) {
        bail!("interrupted: everything is ended");
    }
    Ok(())
}

/// Waits, unless it is to end.
pub(crate) fn pause(span: Duration) -> anyhow::Result<()> {
    let began = Instant::now();
    while let Some(left) = span.checked_sub(began.elapsed()) {
        check()?;
        std::thread::park_timeout(left);
    }
    check()
}
