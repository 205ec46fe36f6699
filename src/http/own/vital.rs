//! How the program is, as a record. The twin of `client::vital`, which reads it.

use crate::engine::{Absence, Certificate, Outage, Reasons, RefusedPosts, StoreState, Vital};
use crate::record::attach::{
    AbsenceV1, BrokenV1, CertificateV1, OutageV1, RefusalsV1, RefusedV1, VitalV1,
};
use crate::record::v1::TimeV1;

/// All of it; which token was refused how often only where `tokens` may be seen.
pub(super) fn record(vital: &Vital, tokens: bool) -> VitalV1 {
    let Vital { store, refusals, busy, unheard, certificate, absence } = vital;
    let broken = match store {
        StoreState::Well => None,
        StoreState::Broken { since, why, retry } => {
            Some(BrokenV1 { since: TimeV1(*since), why: why.into(), retry: TimeV1(*retry) })
        }
    };
    VitalV1 {
        broken,
        unheard: unheard.as_ref().map(outage),
        certificate: certificate.as_ref().map(|Certificate { from, until, stuck }| CertificateV1 {
            from: TimeV1(*from),
            until: TimeV1(*until),
            stuck: stuck.as_ref().map(outage),
        }),
        absence: absence.map(|Absence { why, from, grant }| AbsenceV1 {
            why: why.into(),
            from: TimeV1(from),
            grant: grant.into(),
        }),
        busy: *busy,
        refusals: RefusalsV1 {
            rows: refusals.rows().iter().map(row).collect(),
            crowd: refusals.crowd().iter().map(row).collect(),
            of: refusals
                .of()
                .iter()
                .filter(|_| tokens)
                .map(|(name, count)| (name.into(), *count))
                .collect(),
            count: refusals.count(),
        },
    }
}

fn outage(Outage { since, why }: &Outage) -> OutageV1 {
    OutageV1 { since: TimeV1(*since), why: why.into() }
}

fn row(row: &RefusedPosts) -> RefusedV1 {
    let RefusedPosts { from, sender, why, reasons, status, count, first, last, lately } = row;
    RefusedV1 {
        from: from.into(),
        sender: sender.as_ref().map(Into::into),
        why: why.into(),
        several: *reasons == Reasons::Several,
        status: *status,
        count: *count,
        first: TimeV1(*first),
        last: TimeV1(*last),
        spans: lately.spans.iter().map(|(begun, count)| (TimeV1(*begun), *count)).collect(),
    }
}
