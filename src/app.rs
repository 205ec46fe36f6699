//! The program, put together: open, bind, wire, spawn, wait, end. No part is made anywhere else.

mod alertmanager;
mod ask;
mod attached;
mod certificate;
mod demo;
mod filters;
mod owner;
mod parts;
mod port;
mod screen;
mod shutdown;
mod signals;
mod socket;

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::os::unix::fs::MetadataExt as _;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;

use anyhow::{Result, anyhow, bail};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;
use uuid::Uuid;

pub use self::ask::exit_of;
use self::ask::{ask, print, say};
use self::certificate::Certificates;
use self::filters::Keeper;
use self::parts::Parts;
use self::screen::{Left, Screen};
use self::shutdown::Running;
use self::signals::{Signal, Signals, is_in_foreground};
use self::socket::Socket;
use crate::cli::{
    Cli, Exit, LogLevel, Places, Said, Terminal, UnixUser, Verb, VerbError, completions, manual,
};
use crate::client::{Found, Local, find, owner_pid};
use crate::config::{Config, ConsoleSettings, Given, ListenSettings, Presence};
use crate::console::settings::{Filters, Keeps};
use crate::console::{Access, Outside, Place, Posting, Settings};
use crate::domain::actor::Actor;
use crate::domain::text::Text;
use crate::engine::{self, Handle};
use crate::http::{self, AlertmanagerApi, Attaching, Door, Overseen, Owner, Site, Tls};
use crate::notify::Channel;
use crate::telemetry::{self, Sink};

/// What everything is made from.
#[derive(Debug)]
struct Plan {
    places: Places,
    config: Config,
    /// Who started the program: the account of the Unix user's name, where there is one.
    owner: Owner,
    /// What the console may do.
    access: Access,
    /// Whether the data outlives the program.
    keeps: Keeps,
    log: LogLevel,
    /// What was asked for in the words of Alertmanager, and is not done yet.
    unfollowed: Vec<String>,
}

/// Whether somebody looks, and on what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Face {
    Screen(Terminal),
    Logs,
}

/// Does what the command line asks for. An error is one line for the person who asked.
pub fn run(cli: &Cli) -> Result<Exit> {
    nix::sys::stat::umask(nix::sys::stat::Mode::from_bits_truncate(0o077));
    let plan = || Plan::make(cli);
    // What is done to data that nobody has open needs no configuration.
    let care = |work: &dyn Fn(&Path) -> Result<Said, VerbError>| {
        let data = Places::find(&cli.common)?.data;
        // The engine panics over some damage. That is told as what it is, without a trace.
        panic::set_hook(Box::new(|_| {}));
        match panic::catch_unwind(AssertUnwindSafe(|| work(&data))) {
            Ok(said) => say(&said?),
            Err(_) => bail!("looking after the data panicked, which is a mistake of watchbell"),
        }
    };
    match &cli.verb {
        Some(Verb::Paths) => print(format!("{}\n", Places::find(&cli.common)?).as_bytes()),
        Some(Verb::Keys(keys)) => {
            let file = Places::find(&cli.common)?.keybindings;
            let (text, wrong) = keys.carry_out(&file, screen::keys(&file).as_ref())?;
            let exit = print(text.as_bytes())?;
            wrong.map_or(Ok(exit), |wrong| Err(wrong.into()))
        }
        Some(Verb::Completions { shell }) => print(&completions(*shell)),
        Some(Verb::Man) => print(&manual()?),
        Some(Verb::Serve) => serve(plan()?, Face::Logs),
        Some(Verb::Alertmanager(flags)) => serve(alertmanager::plan(flags)?, Face::Logs),
        Some(Verb::Restore(restore)) => care(&|data| restore.carry_out(data)),
        Some(Verb::Check(check)) => care(&|data| check.carry_out(data)),
        Some(Verb::Compact(compact)) => care(&|data| compact.carry_out(data)),
        Some(Verb::Import(import)) => care(&|data| import.carry_out(data)),
        Some(verb) => runtime()?.block_on(ask(verb, plan()?)),
        None => {
            let face = Face::Screen(Terminal::find()?);
            if !cli.demo {
                return serve(plan()?, face);
            }
            let place = demo::Place::make(&Places::temporary())?;
            serve(demo::plan(cli, &place)?, face)
        }
    }
}

impl Plan {
    fn make(cli: &Cli) -> Result<Self> {
        let common = &cli.common;
        let places = Places::find(common)?;
        let user = UnixUser::find();
        let given = Given { user: &user.name, listen: common.listen };
        let presence = match common.config {
            Some(_) => Presence::Required,
            None => Presence::Optional,
        };
        let config = Config::load(&places.config, presence, &given)?;
        let actor = config.account_of(&user.name).map_or_else(
            || Actor::User(user.name.as_str().into()),
            |account| Actor::Account(account.person()),
        );
        let owner = owner::of(&config, user.uid, actor);
        let access = if cli.read_only { Access::ReadOnly } else { Access::Full };
        let (keeps, log) = (Keeps::Data, common.log);
        Ok(Self { places, config, owner, access, keeps, log, unfollowed: Vec::new() })
    }

    /// The console over `handle`, where somebody looks, and what keeps its filters; it may use it as
    /// the command line says.
    fn screen(
        &self,
        handle: Handle,
        listening: SocketAddr,
        scheme: &'static str,
        face: Face,
    ) -> Result<(Option<Screen>, Option<Keeper>)> {
        let Face::Screen(terminal) = face else { return Ok((None, None)) };
        let local = match self.access {
            Access::Full => Local::new(handle),
            Access::ReadOnly => Local::new(handle).read_only(),
        };
        let (filters, keeper) = match self.keeps {
            Keeps::Data => filters::open(&self.places.logs),
            Keeps::Nothing => (Filters::default(), None),
        };
        let settings = Settings { filters, ..self.console(listening, scheme, terminal) };
        let counting = local.clone();
        let panicked = move || counting.vitals().counts().panics_of(engine::Place::Part).add(1);
        Ok((Some(Screen::open(local.into(), settings, panicked)?), keeper))
    }

    /// What attached consoles are told of the service.
    fn site(&self, listening: SocketAddr, scheme: &str) -> Site {
        let host = host_name();
        Site {
            name: self.config.console.name.clone().unwrap_or_else(|| host.clone()),
            host,
            listening,
            tls: scheme == "https",
            open: matches!(self.config.listen.api, AlertmanagerApi::Open(_)),
            data: Text::derive(&self.places.data.to_string_lossy()),
        }
    }

    /// What the console is told.
    fn console(&self, listening: SocketAddr, scheme: &'static str, terminal: Terminal) -> Settings {
        let ConsoleSettings { name, still_for, symbols, theme, links, time_zone } =
            self.config.console.clone();
        let host = host_name();
        Settings {
            name: name.unwrap_or_else(|| host.clone()),
            place: Place::Here,
            listening,
            scheme,
            posting: match self.config.listen.api {
                AlertmanagerApi::Token => Posting::WithToken,
                AlertmanagerApi::Open(_) => Posting::Open,
            },
            host,
            data: self.places.data.clone(),
            keeps: self.keeps,
            viewer: self.owner.actor.clone(),
            access: self.access,
            link: terminal.link,
            still_for,
            zone: time_zone,
            keys: screen::keys(&self.places.keybindings),
            symbols: symbols.unwrap_or(terminal.symbols),
            theme: screen::theme(&theme, &self.places.config),
            depth: terminal.depth,
            ground: terminal.ground,
            multiplexer: terminal.multiplexer,
            links: links.unwrap_or(terminal.links),
            desktop: terminal.desktop,
            filters: Filters::default(),
            seed: Uuid::new_v4().as_u128(),
        }
    }
}

/// The service, with a screen or without.
fn serve(plan: Plan, face: Face) -> Result<Exit> {
    let sink = match face {
        Face::Screen(_) => Sink::Files(plan.places.logs.clone()),
        Face::Logs => Sink::Stderr,
    };
    let _telemetry = telemetry::start(sink, plan.log.into())?;
    let runtime = runtime()?;
    let ended = runtime.block_on(service(plan, face));
    // Whatever still blocks was waited for in its place.
    runtime.shutdown_background();
    ended.map(|()| Exit::Done)
}

/// Binds, opens, wires, waits, ends.
async fn service(plan: Plan, face: Face) -> Result<()> {
    let mut signals = Signals::listen()?;
    let (parts, endings) = Parts::new();

    // Bind first, so that a taken port is known before anything is touched. Until the data is
    // loaded senders are asked to come again.
    let socket = &plan.places.socket;
    let ListenSettings { address, tls, api, web } = plan.config.listen.clone();
    let certificates = tls.map(Certificates::open).transpose()?;
    let scheme = if certificates.is_some() { "https" } else { "http" };
    let listener = match port::bind(address) {
        Ok(listener) => listener,
        // The likeliest holder of our port is the owner of our data.
        Err(error) => {
            return match owner_pid(socket).await {
                Some(pid) => beside(pid, plan, face, signals).await,
                None => Err(port::owner(address, &plan.places).unwrap_or(error)),
            };
        }
    };
    let address = listener.local_addr()?;
    let door = Door::at(address, web);
    warn_of(&plan, &api);
    listen(&parts, listener, certificates.clone(), &door, api);

    // Open the data: from here on it is ours, and has to be closed.
    let file = plan.places.data_file();
    tracing::debug!(file = %file.display(), "Opening the data");
    let (handle, writer) = match open(&plan, &mut signals).await? {
        Some(Found::Us(handle, writer)) => (handle, writer),
        other => {
            parts.stop.cancel();
            let Some(Found::Other(pid)) = other else { return Ok(()) };
            return beside(pid, plan, face, signals).await;
        }
    };
    tracing::info!(file = %file.display(), version = env!("CARGO_PKG_VERSION"), "Opened the data");
    let mut running = Running::unseen(parts, socket.clone(), writer);

    let wired = async {
        let home = home(&plan.config.listen, scheme, address);
        let channels =
            plan.config.channels.clone().into_iter().map(|one| Channel::open(one, &home));
        let channels = channels.collect::<Result<Vec<_>, _>>()?;
        let own = Socket::make(&plan.places, plan.config.socket.group.as_deref())?;
        let attaching = Attaching::new(plan.site(address, scheme), running.parts.stop.clone());
        running.parts.listen_here(own, plan.owner.clone(), attaching, &door);
        certificate::tell(certificates.as_ref(), &handle);
        door.open(handle.clone());
        running.parts.notify(handle.clone(), channels);
        tracing::info!(%address, "Listening on");
        if plan.keeps == Keeps::Nothing {
            running.parts.play(handle.clone(), demo::People::with(&plan.owner.actor));
        }
        (running.screen, running.filters) = plan.screen(handle, address, scheme, face)?;
        anyhow::Ok(())
    };
    let ended = match wired.await {
        Ok(()) => wait(plan.keeps, signals, endings, &mut running).await,
        Err(error) => Err(error),
    };
    let closed = running.shut_down().await;
    ended.and(closed)
}

/// Opens the data, or finds who has it; neither where the system wants an end first. A large file
/// takes a while, and nothing is lost with an opening that is left half done.
async fn open(plan: &Plan, signals: &mut Signals) -> Result<Option<Found>> {
    let Places { data, socket, .. } = &plan.places;
    tokio::select! {
        found = find(data, socket, plan.config.policy.clone()) => {
            Ok(Some(found.map_err(owner::out_of_reach)?))
        }
        signal = signals.end() => {
            tracing::info!(signal, "Stopping before the data was open");
            Ok(None)
        }
    }
}

/// The data belongs to the process `pid`: a screen shows what that has, and there is no second
/// service over one data file.
async fn beside(pid: i32, plan: Plan, face: Face, signals: Signals) -> Result<()> {
    match face {
        Face::Screen(terminal) => attached::show(pid, plan, terminal, signals).await,
        Face::Logs => Err(owned(&plan, pid)),
    }
}

/// Where people find us, in what channels are told.
fn home(listen: &ListenSettings, scheme: &str, address: SocketAddr) -> String {
    match &listen.web.external_url {
        Some(url) => url.to_string(),
        None => format!("{scheme}://{address}{}", listen.web.prefix),
    }
}

/// Serves senders and programs, with TLS where there is a certificate.
fn listen(
    parts: &Parts,
    at: TcpListener,
    certificates: Option<Certificates>,
    door: &Door,
    api: AlertmanagerApi,
) {
    let router = http::public_router(door.clone(), api);
    match certificates {
        Some(certificates) => {
            let listener = Overseen::new(Tls::new(at, certificates, door.clone()), door.clone());
            parts.listen("listener", listener, router, door);
        }
        None => {
            parts.listen("listener", Overseen::new(at, door.clone()), router, door);
        }
    }
}

/// Waits until something ends the program. Fails if a part did.
async fn wait(
    keeps: Keeps,
    mut signals: Signals,
    mut endings: mpsc::Receiver<&'static str>,
    running: &mut Running,
) -> Result<()> {
    loop {
        tokio::select! {
            signal = signals.next() => match (signal, &running.screen) {
                (Signal::End(signal), _) => {
                    tracing::info!(signal, "Stopping");
                    return Ok(());
                }
                (Signal::HangUp, Some(screen)) => {
                    // What is made up is there to be looked at.
                    if keeps == Keeps::Nothing {
                        return Ok(());
                    }
                    screen.close();
                    running.screen = None;
                    go_on_unseen();
                }
                (Signal::Stop, screen) => {
                    tracing::warn!("SIGTSTP changes nothing: who stands still takes no alerts in");
                    if let Some(screen) = screen {
                        screen.tell(Outside::Stop);
                    }
                }
                (Signal::Continue, Some(screen)) if is_in_foreground() => {
                    screen.tell(Outside::Continue);
                }
                (Signal::Continue, _) => {}
                (Signal::HangUp, None) => {
                    tracing::info!("SIGHUP changes nothing: the configuration is read at the start");
                }
            },
            left = screen::left(&mut running.screen) => {
                running.screen = None;
                match left? {
                    Left::Quit => {
                        tracing::info!("Stopping, as the person at the screen wants");
                        return Ok(());
                    }
                    Left::TerminalGone | Left::Failed if keeps == Keeps::Nothing => return Ok(()),
                    Left::TerminalGone => go_on_unseen(),
                    Left::Failed => go_on_after_a_panic(),
                }
            }
            Some(part) = endings.recv() => bail!("{part} ended unexpectedly; the log says why"),
            () = running.writer.ended() => bail!("the writer ended unexpectedly; the log says why"),
        }
    }
}

fn go_on_unseen() {
    screen::let_go_of_input();
    let pid = std::process::id();
    tracing::warn!(
        pid,
        "The terminal is gone and the service goes on without a screen; to have one again, run \
         watchbell"
    );
}

/// The terminal is as it was before, and somebody sits there.
fn go_on_after_a_panic() {
    let pid = std::process::id();
    tracing::error!(pid, "The console panicked and the service goes on without a screen");
    // Where this cannot be said, the log has it.
    let _ = writeln!(
        io::stderr(),
        "watchbell: the console failed; the log says where. The service goes on without it: ctrl-c \
         ends it, and watchbell starts it anew"
    );
}

/// What the configuration opened, and what it says in vain, is said at every start: it is easily
/// forgotten.
fn warn_of(plan: &Plan, api: &AlertmanagerApi) {
    match api {
        AlertmanagerApi::Token => {}
        AlertmanagerApi::Open(_) => tracing::warn!(
            "API v2 is open: every user and program of this host may post, read and silence alerts \
             without a token; watchbell serve with alertmanager_api = \"token\" asks for one"
        ),
    }
    if !plan.unfollowed.is_empty() {
        let parts = plan.unfollowed.join(", ");
        tracing::warn!(parts, "Alerts are taken in and kept; these parts are not followed yet");
    }
    let ListenSettings { address, tls, .. } = &plan.config.listen;
    if tls.is_none() && !address.ip().is_loopback() {
        tracing::warn!(
            %address,
            "Tokens cross the network in the clear, as plain_http = true says; anybody who can listen \
             there can take them. tls_cert and tls_key end that"
        );
    }
    let file = plan.places.config.display();
    if plan.config.exposed {
        tracing::warn!(
            "Every user of this host can read the addresses and tokens of channels; run: chmod o-r \
             '{file}'"
        );
    }
    for unix_user in owner::unknown(&plan.config) {
        tracing::warn!(
            unix_user,
            "This host has no such user, so that nobody is this account; correct unix_user in \
             {file}, or start again when there is one"
        );
    }
}

/// The name of this host; `localhost` where it has none that can be shown.
fn host_name() -> Text {
    let name = nix::unistd::gethostname().unwrap_or_default();
    let name = Text::derive(&name.to_string_lossy());
    if name.is_empty() { "localhost".into() } else { name }
}

/// That the data is in use already. Whoever may not end its watchbell is not told to.
fn owned(plan: &Plan, pid: i32) -> anyhow::Error {
    let file = plan.places.data_file();
    let about = std::fs::metadata(&plan.places.data);
    let of_another = about.is_ok_and(|about| about.uid() != plan.owner.uid);
    if of_another && plan.owner.uid != 0 {
        return anyhow!(
            "{} belongs to a running watchbell of another user; use that one: watchbell alert list \
             --data '{}'",
            file.display(),
            plan.places.data.display()
        );
    }
    anyhow!(
        "{} belongs to a running watchbell (pid {pid}); use that one, or end it first: kill {pid}",
        file.display()
    )
}

fn runtime() -> Result<Runtime> {
    let runtime = Builder::new_multi_thread().enable_all().build();
    runtime.map_err(|error| {
        anyhow!("the system refused a thread: {error}; end something and try again")
    })
}
