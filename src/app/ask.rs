//! The verbs that ask something: of the owner, or of the data itself.

use std::io::{self, Write as _};

use anyhow::Result;

use super::Plan;
use super::owner::out_of_reach;
use crate::cli::{Asking, Exit, Input, Said, Verb, VerbError, terminal_width};
use crate::client::{Asker, OwnerError, reach};

/// A verb that asks something: of the owner, or of the data itself.
pub(super) async fn ask(verb: &Verb, plan: Plan) -> Result<Exit> {
    let Plan { places, config, owner, access: _, keeps: _, log: _, unfollowed: _ } = plan;
    let input = match verb {
        Verb::Silence(silence) => silence.read()?,
        _ => Input::default(),
    };
    let policy = config.policy;
    let reached = reach(&places.data, &places.socket, policy.clone(), verb.beginning()).await;
    let reached = reached.map_err(out_of_reach)?;
    let asking = Asking {
        source: &reached.source,
        asker: Asker { uid: owner.uid, actor: owner.actor, speaks_for: None },
        policy: &policy,
        zone: &config.console.time_zone,
        width: terminal_width(),
    };
    let said = match verb {
        Verb::Alert(alert) => alert.carry_out(asking).await,
        Verb::Silence(silence) => silence.carry_out(input, asking).await,
        Verb::Explain(explain) => explain.carry_out(&asking).await,
        Verb::Service(service) => service.carry_out(&asking).await,
        Verb::Account(account) => account.carry_out(&asking).await,
        Verb::Token(token) => token.carry_out(&asking).await,
        Verb::Backup(backup) => backup.carry_out(&reached.source, &places.data).await,
        Verb::Export(export) => export.carry_out(&reached.source, &places.data).await,
        // These ask nothing.
        Verb::Serve
        | Verb::Alertmanager(_)
        | Verb::Restore(_)
        | Verb::Check(_)
        | Verb::Compact(_)
        | Verb::Import(_)
        | Verb::Keys(_)
        | Verb::Paths
        | Verb::Completions { .. }
        | Verb::Man => Ok(Said::default()),
    };
    let closed = tokio::task::spawn_blocking(|| reached.close()).await?;
    let exit = say(&said?)?;
    closed?;
    Ok(exit)
}

/// Says what a verb has to say.
pub(super) fn say(said: &Said) -> Result<Exit> {
    io::stderr().write_all(said.remark.as_bytes())?;
    print(said.result.as_bytes())?;
    Ok(said.exit)
}

/// What an error of `app::run` ends the program with.
pub fn exit_of(error: &anyhow::Error) -> Exit {
    if let Some(error) = error.downcast_ref::<VerbError>() {
        return error.exit();
    }
    match error.downcast_ref::<OwnerError>() {
        Some(OwnerError::Submit(_)) => Exit::NotNow,
        Some(
            OwnerError::Start(_)
            | OwnerError::NoData { .. }
            | OwnerError::Silent { .. }
            | OwnerError::NoSocket { .. }
            | OwnerError::Shut { .. }
            | OwnerError::Remote(_)
            | OwnerError::Panicked,
        )
        | None => Exit::Refused,
    }
}

/// Prints what was asked for. Whoever reads only the beginning, as `head` does, has enough.
pub(super) fn print(result: &[u8]) -> Result<Exit> {
    match io::stdout().write_all(result) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        Ok(()) | Err(_) => Ok(Exit::Done),
    }
}
