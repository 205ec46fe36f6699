//! How the owner's program is, from its record. The twin of what `http::own` writes.

use std::sync::Arc;

use crate::engine::{
    Absence, Certificate, Lately, Outage, Reasons, Refusals, RefusedPosts, StoreState, Vital,
};
use crate::record::attach::{
    AbsenceV1, BrokenV1, CertificateV1, OutageV1, RefusalsV1, RefusedV1, VitalV1,
};

/// All of it.
pub(super) fn read(vital: VitalV1) -> Vital {
    let VitalV1 { broken, unheard, certificate, absence, busy, refusals } = vital;
    let RefusalsV1 { rows, crowd, of, count } = refusals;
    let [rows, crowd] = [rows, crowd].map(|rows| rows.into_iter().map(row).collect());
    let of = of.into_iter().map(|(name, count)| (name.into(), count)).collect();
    Vital {
        store: broken.map_or(StoreState::Well, |BrokenV1 { since, why, retry }| {
            StoreState::Broken { since: since.0, why: why.into(), retry: retry.0 }
        }),
        refusals: Arc::new(Refusals::told(rows, crowd, of, count)),
        busy,
        unheard: unheard.map(outage),
        certificate: certificate.map(|CertificateV1 { from, until, stuck }| Certificate {
            from: from.0,
            until: until.0,
            stuck: stuck.map(outage),
        }),
        absence: absence.map(|AbsenceV1 { why, from, grant }| Absence {
            why: why.into(),
            from: from.0,
            grant: grant.into(),
        }),
    }
}

fn outage(OutageV1 { since, why }: OutageV1) -> Outage {
    Outage { since: since.0, why: why.into() }
}

fn row(row: RefusedV1) -> RefusedPosts {
    let RefusedV1 { from, sender, why, several, status, count, first, last, spans } = row;
    RefusedPosts {
        from: from.into(),
        sender: sender.map(Into::into),
        why: why.into(),
        reasons: if several { Reasons::Several } else { Reasons::One },
        status,
        count,
        first: first.0,
        last: last.0,
        lately: Lately { spans: spans.into_iter().map(|(at, count)| (at.0, count)).collect() },
    }
}
