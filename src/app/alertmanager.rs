//! `watchbell alertmanager`: the service, planned from the flags of Alertmanager instead of from a
//! configuration of ours.

use anyhow::{Result, anyhow};

use super::Plan;
use crate::cli::{Alertmanager, Places, UnixUser};
use crate::config::{Config, Given, alertmanager_sections};
use crate::console::Access;
use crate::console::settings::Keeps;
use crate::domain::actor::Actor;
use crate::domain::policy::Policy;
use crate::domain::text::Text;
use crate::http::{ExternalUrl, Prefix, Web};

/// What of our own configuration these flags mean.
const MEANT: &str = "alertmanager_api = \"open\"\n";

/// The plan of a service in the place of Alertmanager.
pub(super) fn plan(flags: &Alertmanager) -> Result<Plan> {
    let sections = alertmanager_sections(&flags.config_file)?;
    let common = flags.common();
    let places = Places::find(&common)?;
    let user = UnixUser::find();
    let mut config = Config::read("", MEANT, &Given { user: &user.name, listen: common.listen })?;
    config.listen.web = web(flags)?;
    let limit = |most: usize| Some(most).filter(|most| *most > 0);
    config.policy.silence_retention = flags.retention();
    config.policy.max_silences = limit(flags.max_silences);
    // A limit that is larger than ours can be is not a reason not to start.
    if let Some(most) = limit(flags.max_silence_size) {
        config.policy.max_silence_size = Some(most.min(Policy::MOST_SILENCE_SIZE));
    }
    let actor = config.account_of(&user.name).map_or_else(
        || Actor::User(user.name.as_str().into()),
        |account| Actor::Account(account.person()),
    );
    let owner = super::owner::of(&config, user.uid, actor);
    let unfollowed = sections.iter().map(Text::as_str).chain(flags.unfollowed());
    let unfollowed = unfollowed.map(str::to_owned).collect();
    let (access, keeps, log) = (Access::Full, Keeps::Data, common.log);
    Ok(Plan { places, config, owner, access, keeps, log, unfollowed })
}

/// How it is reached. Without a route prefix that is the path of the external URL, and `/` is none.
fn web(flags: &Alertmanager) -> Result<Web> {
    let external_url = match flags.external_url.as_str() {
        "" => None,
        url => Some(url.parse::<ExternalUrl>().map_err(|error| {
            anyhow!("{error}; write --web.external-url=https://watch.example.org/")
        })?),
    };
    let prefix = match (flags.route_prefix.as_str(), &external_url) {
        ("", Some(url)) => url.path().clone(),
        (path, _) => path.parse::<Prefix>().map_err(|error| {
            let path = Text::derive(path);
            anyhow!("{:?} is {error}; write --web.route-prefix=/watch", path.as_str())
        })?,
    };
    let (get_concurrency, timeout) = (flags.get_concurrency(), flags.timeout.0);
    Ok(Web { get_concurrency, timeout, prefix, external_url, ..Web::default() })
}
