//! What other tools look for, under the names and with the labels of Alertmanager 0.34.

use super::Now;
use super::page::{Kind, Page};
use super::tally::Silences;
use crate::http::alertmanager::VERSION;

/// The only kind of channel that there is.
const WEBHOOK: (&str, &str) = ("integration", "webhook");

/// Writes them.
pub(super) fn write(page: &mut Page, now: &Now<'_>) {
    page.family(
        "alertmanager_build_info",
        Kind::Gauge,
        "Always 1; the version is the release of Alertmanager whose API is served.",
    )
    .sample(
        &[
            ("branch", "watchbell"),
            ("goversion", ""),
            ("revision", concat!("watchbell ", env!("CARGO_PKG_VERSION"))),
            ("version", VERSION),
        ],
        1,
    );
    page.gauge("alertmanager_cluster_members", "Always 1: a watchbell has no peers.", 1);
    page.gauge(
        "alertmanager_config_last_reload_successful",
        "Always 1: the configuration is read at the start, which fails with a wrong one.",
        1,
    );
    alerts(page, now);
    notifications(page, now);
    page.family(
        "alertmanager_http_concurrency_limit_exceeded_total",
        Kind::Counter,
        "Reads of API v2, of this page and of health that were answered with 503, because too many \
         others were under way.",
    )
    .sample(&[("method", "get")], now.counts.crowded.get());
}

fn alerts(page: &mut Page, now: &Now<'_>) {
    page.family(
        "alertmanager_alerts",
        Kind::Gauge,
        "Alerts as API v2 shows them, by state; unprocessed is always 0.",
    )
    .sample(&[("state", "active")], now.tally.active)
    .sample(&[("state", "suppressed")], now.tally.suppressed)
    .sample(&[("state", "unprocessed")], 0);
    let Silences { active, expired, pending } = now.tally.silences;
    page.family(
        "alertmanager_silences",
        Kind::Gauge,
        "Silences, by state; those that are over as long as they are kept.",
    )
    .sample(&[("state", "active")], active)
    .sample(&[("state", "expired")], expired)
    .sample(&[("state", "pending")], pending);
    page.family(
        "alertmanager_alerts_received_total",
        Kind::Counter,
        "Alerts in posts to API v2, by whether they fire; those that were not taken are among them.",
    )
    .sample(&[("status", "firing"), ("version", "v2")], now.counts.firing.get())
    .sample(&[("status", "resolved"), ("version", "v2")], now.counts.resolved.get());
    page.family(
        "alertmanager_alerts_invalid_total",
        Kind::Counter,
        "Alerts in posts to API v2 that were not taken for what they say.",
    )
    .sample(&[("version", "v2")], now.counts.invalid.get());
}

/// Where Alertmanager counts a notification once, however often it is tried, we count attempts:
/// ours go on for hours, and that a channel does not answer must not wait as long to be seen.
fn notifications(page: &mut Page, now: &Now<'_>) {
    let (_, attempts, _) = now.counts.attempts.read();
    page.family("alertmanager_notifications_total", Kind::Counter, "Attempts to tell a channel.")
        .sample(&[WEBHOOK], attempts);
    page.family(
        "alertmanager_notifications_failed_total",
        Kind::Counter,
        "Attempts that failed: clientError will not be tried again, serverError will.",
    )
    .sample(&[WEBHOOK, ("reason", "clientError")], now.counts.never.get())
    .sample(&[WEBHOOK, ("reason", "serverError")], now.counts.not_now.get());
    page.family(
        "alertmanager_notification_latency_seconds",
        Kind::Histogram,
        "How long attempts to tell a channel took.",
    )
    .histogram(&[WEBHOOK], &now.counts.attempts);
}
