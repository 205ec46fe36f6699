//! What there is to watch that Alertmanager does not have, and what every program tells of itself.

use std::fmt::Display;

use super::Now;
use super::page::{Kind, Page};
use super::tally::Standings;
use crate::domain::report::Road;
use crate::engine::{Fate, Place, Process, StoreState};

/// Writes what is our own.
pub(super) fn write(page: &mut Page, now: &Now<'_>) {
    page.family("watchbell_build_info", Kind::Gauge, "Always 1, with the version of watchbell.")
        .sample(&[("version", env!("CARGO_PKG_VERSION"))], 1);
    alerts(page, now);
    senders(page, now);
    store(page, now);
    deliveries(page, now);
    panics(page, now);
}

fn alerts(page: &mut Page, now: &Now<'_>) {
    let mut alerts = page.family(
        "watchbell_alerts",
        Kind::Gauge,
        "Open alerts, by severity and by state: firing, acknowledged, or snoozed whoever has them.",
    );
    for (severity, standings) in [("critical", now.tally.critical), ("warning", now.tally.warning)]
    {
        let Standings { firing, acknowledged, snoozed } = standings;
        for (state, count) in
            [("firing", firing), ("acknowledged", acknowledged), ("snoozed", snoozed)]
        {
            alerts.sample(&[("severity", severity), ("state", state)], count);
        }
    }
    page.gauge(
        "watchbell_critical_unacknowledged",
        "Critical alerts that fire, that nobody has acknowledged and nothing keeps quiet.",
        now.tally.critical.firing,
    );
    page.gauge(
        "watchbell_alerts_kept",
        "Alerts that are kept, ended ones included.",
        now.tally.kept,
    );
}

fn senders(page: &mut Page, now: &Now<'_>) {
    let mut reports = page.family(
        "watchbell_reports_total",
        Kind::Counter,
        "Alerts in posts, by their road (plain, webhook, v2) and by what became of them: taken, \
         refused for what they say, or postponed because the sender was asked to come again.",
    );
    for (road, word) in [(Road::Plain, "plain"), (Road::Webhook, "webhook"), (Road::V2, "v2")] {
        for (fate, outcome) in
            [(Fate::Taken, "taken"), (Fate::Refused, "refused"), (Fate::Postponed, "postponed")]
        {
            let count = now.counts.reports(road, fate);
            reports.sample(&[("outcome", outcome), ("road", word)], count);
        }
    }
    let mut refused = page.family(
        "watchbell_posts_refused_total",
        Kind::Counter,
        "Posts of alerts that were not answered with 200, by the status of the answer.",
    );
    for (status, count) in now.counts.refused() {
        refused.sample(&[("status", &status.to_string())], count);
    }
    page.family(
        "watchbell_tls_handshakes_failed_total",
        Kind::Counter,
        "Connections that came to nothing, because TLS could not be spoken over them (tls) or plain \
         HTTP was (plain_http).",
    )
    .sample(&[("reason", "plain_http")], now.counts.plain_http.get())
    .sample(&[("reason", "tls")], now.counts.handshakes.get());
    certificate(page, now);
    page.gauge(
        "watchbell_senders_clock_off",
        "Senders of open alerts whose clock is off.",
        now.tally.clocks_off,
    );
}

/// Without TLS there are the families, and nothing in them.
fn certificate(page: &mut Page, now: &Now<'_>) {
    let certificate = now.vital.certificate.as_ref();
    let mut until = page.family(
        "watchbell_tls_certificate_not_after_seconds",
        Kind::Gauge,
        "Until when the certificate that is shown is good, in seconds since 1970; only with TLS.",
    );
    if let Some(certificate) = certificate {
        until.sample(&[], certificate.until.as_second());
    }
    let mut stuck = page.family(
        "watchbell_tls_certificate_stuck",
        Kind::Gauge,
        "1 while another certificate lies in its place that cannot be used, else 0; only with TLS.",
    );
    if let Some(certificate) = certificate {
        stuck.sample(&[], u8::from(certificate.stuck.is_some()));
    }
}

fn store(page: &mut Page, now: &Now<'_>) {
    page.gauge(
        "watchbell_inbox_alerts",
        "Alerts that were posted and wait to be saved.",
        now.depth,
    );
    page.counter(
        "watchbell_inbox_busy_total",
        "Posts and orders that were told to come again, because too much waited or was under way.",
        now.vital.busy,
    );
    page.gauge(
        "watchbell_store_writable",
        "1 while what comes in can be saved, else 0.",
        u8::from(now.vital.store == StoreState::Well),
    );
    page.family(
        "watchbell_commit_seconds",
        Kind::Histogram,
        "How long commits to disk took, with what was decided for them.",
    )
    .histogram(&[], &now.counts.commits);
    page.counter(
        "watchbell_commit_failures_total",
        "Commits to disk that failed.",
        now.counts.failed_commits.get(),
    );
}

fn panics(page: &mut Page, now: &Now<'_>) {
    let mut family = page.family(
        "watchbell_panics_total",
        Kind::Counter,
        "Faults of watchbell itself that were caught, by where: each cost what was just being done \
         there, and nothing else. The log says more.",
    );
    for (place, word) in [
        (Place::Request, "request"),
        (Place::Writer, "writer"),
        (Place::Notification, "notification"),
        (Place::Part, "part"),
    ] {
        family.sample(&[("place", word)], now.counts.panics_of(place).get());
    }
}

fn deliveries(page: &mut Page, now: &Now<'_>) {
    let deliveries = now.tally.deliveries;
    let mut family = page.family(
        "watchbell_deliveries",
        Kind::Gauge,
        "Notifications that are kept, by state: waiting, being attempted, sent, superseded because \
         there was nothing left to tell, or given up.",
    );
    for (state, count) in [
        ("waiting", deliveries.waiting),
        ("attempt", deliveries.attempt),
        ("sent", deliveries.sent),
        ("superseded", deliveries.superseded),
        ("given_up", deliveries.given_up),
    ] {
        family.sample(&[("state", state)], count);
    }
}

/// Writes what every program tells of itself. What the system does not tell has no sample.
pub(super) fn write_process(page: &mut Page, process: &Process) {
    let Process { started, busy, resident, addressed, open, may_open } = *process;
    tell(
        page,
        ("process_start_time_seconds", Kind::Gauge),
        "When the process was started, in seconds since 1970.",
        started,
    );
    tell(
        page,
        ("process_cpu_seconds_total", Kind::Counter),
        "How long the process has been on a processor.",
        busy,
    );
    tell(
        page,
        ("process_resident_memory_bytes", Kind::Gauge),
        "The memory that the process has.",
        resident,
    );
    tell(
        page,
        ("process_virtual_memory_bytes", Kind::Gauge),
        "The memory that the process has addresses for.",
        addressed,
    );
    tell(
        page,
        ("process_open_fds", Kind::Gauge),
        "The files and connections that the process has open.",
        open,
    );
    tell(
        page,
        ("process_max_fds", Kind::Gauge),
        "How many files and connections the process may have open.",
        may_open,
    );
}

fn tell<T: Display>(page: &mut Page, family: (&'static str, Kind), help: &str, value: Option<T>) {
    if let Some(value) = value {
        page.family(family.0, family.1, help).sample(&[], value);
    }
}
