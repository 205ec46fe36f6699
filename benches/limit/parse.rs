//! What reading could do: bodies of posts made into reports on one thread, and dropped.

use std::time::{Duration, Instant};

use anyhow::bail;
use watchbell::domain::alert::Namespace;
use watchbell::domain::policy::Policy;
use watchbell::domain::time::Timestamp;
use watchbell::http;

use crate::alerts::{self, Resend, Stamp};
use crate::stop;

/// How many alerts a second are made into reports, of bodies with `batch` alerts.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
pub(crate) fn alerts_a_second(alerts: usize, batch: usize, span: Duration) -> anyhow::Result<f64> {
    let bodies = bodies(alerts, batch);
    let (namespace, policy) = (Namespace::default(), Policy::default());
    let now = Timestamp::try_from(alerts::now())?;
    let (mut good, began) = (0_u64, Instant::now());
    while began.elapsed() < span {
        stop::check()?;
        for body in &bodies {
            match http::reports(body, &namespace, &policy, now) {
                Ok(reports) => good += reports.iter().filter(|one| one.is_ok()).count() as u64,
                Err(wrong) => bail!("a body is refused: {wrong}"),
            }
        }
    }
    Ok(good as f64 / began.elapsed().as_secs_f64())
}

/// The posts without their heads.
fn bodies(alerts: usize, batch: usize) -> Vec<Vec<u8>> {
    let stamp = Stamp::at(Instant::now());
    let posts = alerts::posts(0..alerts, batch, "").into_iter().map(|mut post| {
        let bytes = post.stamped(Resend::Unchanged, &stamp);
        let head = bytes.windows(4).position(|four| four == b"\r\n\r\n").map_or(0, |at| at + 4);
        bytes.get(head..).unwrap_or_default().to_vec()
    });
    posts.collect()
}
