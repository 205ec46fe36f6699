//! `watchbell alertmanager`: the service, planned from the flags of Alertmanager instead of from a
//! configuration of ours.

use anyhow::Result;

use super::Plan;
use crate::cli::{Alertmanager, Places, UnixUser};
use crate::config::{Config, Given, alertmanager_sections};
use crate::console::Access;
use crate::console::settings::Keeps;
use crate::domain::actor::Actor;
use crate::domain::text::Text;

/// What of our own configuration these flags mean.
const MEANT: &str = "alertmanager_api = \"open\"\n";

/// The plan of a service in the place of Alertmanager.
pub(super) fn plan(flags: &Alertmanager) -> Result<Plan> {
    let sections = alertmanager_sections(&flags.config_file)?;
    let common = flags.common();
    let places = Places::find(&common)?;
    let user = UnixUser::find();
    let config = Config::read("", MEANT, &Given { user: &user.name, listen: common.listen })?;
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
