//! What documents do not say in fields of their own, derived from labels and annotations: the same
//! for webhooks and API v2, so that one alert by two roads reads the same. Refuses nothing.

use crate::domain::labels::Labels;
use crate::domain::policy::Policy;
use crate::domain::report::NamedService;
use crate::domain::severity::SeverityReading;
use crate::domain::text::Text;

/// The first text there is: given in a field of its own, else a label, else an annotation.
pub(super) fn find<'a>(
    given: Option<&'a str>,
    labels: &'a Labels,
    annotations: &'a Labels,
    name: &str,
) -> Option<&'a str> {
    given.or_else(|| labels.get(name)).or_else(|| annotations.get(name))
}

/// What an alert is, for people: its title, else its summary, else its name.
pub(super) fn title(given: Option<&str>, labels: &Labels, annotations: &Labels) -> Text {
    let candidates = [
        find(given, labels, annotations, "title"),
        annotations.get("summary"),
        labels.get("alertname"),
    ];
    first_text(candidates).unwrap_or_else(|| Text::derive("alert without a name"))
}

/// What it is about: the label that the configuration names, else the job.
pub(super) fn service(labels: &Labels, policy: &Policy) -> NamedService {
    let candidates = [labels.get(&policy.service_label), labels.get("job")];
    first_text(candidates).map_or(NamedService::Default, NamedService::Loosely)
}

/// How bad it is.
pub(super) fn severity(
    given: Option<&str>,
    labels: &Labels,
    annotations: &Labels,
    policy: &Policy,
) -> SeverityReading {
    policy.severity.read(find(given, labels, annotations, "severity"))
}

fn first_text<const N: usize>(candidates: [Option<&str>; N]) -> Option<Text> {
    let texts = candidates.into_iter().flatten().map(Text::derive);
    texts.into_iter().find(|text| !text.is_empty())
}
