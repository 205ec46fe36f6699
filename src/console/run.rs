//! The loop of one screen: waits for whatever comes first, changes the model, carries out effects,
//! draws when a frame is due. No tick: at rest nothing wakes it and nothing is written.

use std::future::poll_fn;
use std::io::{self, Write};
use std::sync::Arc;
use std::task::Poll;

use crossterm::event::Event as TerminalEvent;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt as _, Stream, StreamExt as _};
use ratatui::Terminal;
use ratatui::backend::Backend;
use ratatui::layout::Size;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::effect::{Effect, Event, Failure, Receipt};
use super::frame::{Cause, Focus, Frames, Tick};
use super::key::Key;
use super::model::senders::Token;
use super::model::trouble::Trouble;
use super::model::{Model, Now, Service};
use super::quiet::QuietBackend;
use super::settings::Settings;
use super::typed::{Input, Typed};
use super::update::{next_wake, update};
use super::{terminal, view};
use crate::client::{Following, Heard, Live, LiveError, NewToken};
use crate::domain::actor::{Actor, Via};
use crate::domain::alert::Namespace;
use crate::domain::command::Order;
use crate::domain::id::OpId;
use crate::domain::text::Text;
use crate::domain::token::Scope;
use crate::engine::{StoreState, SubmitError, Vital};

/// How a screen ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Its person wants to leave.
    Quit,
    /// It was told to end.
    Stopped,
    /// Nothing can be read from or written to the terminal any more.
    TerminalGone,
    /// The service it shows has stopped.
    ServiceGone,
}

/// What the system said to the process of a screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outside {
    /// To stand still, which is refused.
    Stop,
    /// It stood still and goes on: the terminal was somebody else's meanwhile.
    Continue,
}

/// A terminal, the keys that come from it, and the service it shows.
pub struct Console<W: Write, K> {
    screen: Terminal<QuietBackend<W>>,
    keys: K,
    following: Following,
    model: Model,
    frames: Frames,
    typed: Typed,
    begun: Instant,
    asked: FuturesUnordered<BoxFuture<'static, Event>>,
    title: String,
    screen_is: ScreenIs,
    held: Held,
    outside: mpsc::Receiver<Outside>,
}

/// Whether the terminal shows what was last written to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ScreenIs {
    AsWritten,
    /// The next frame clears it first and writes every cell.
    Spoilt,
}

/// Who has the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Held {
    ByUs,
    /// Whoever is there while we stand still: nothing is drawn.
    ByOthers,
}

/// What the loop waited for.
enum Came {
    Stop,
    Terminal(Option<io::Result<TerminalEvent>>),
    Answer(Event),
    Heard(Heard),
    Outside(Outside),
    Time,
}

impl<W, K> Console<W, K>
where
    W: Write,
    K: Stream<Item = io::Result<TerminalEvent>> + Unpin,
{
    /// A console on `backend` that reads `keys` and shows what it follows. Nothing is drawn yet.
    pub fn new(
        backend: QuietBackend<W>,
        keys: K,
        following: impl Into<Following>,
        settings: Settings,
    ) -> io::Result<Self> {
        let screen = Terminal::new(backend)?;
        let following = following.into();
        let begun = Instant::now();
        let now = Now { at: following.live.now(), tick: Tick::ZERO };
        let frames = Frames::new(settings.link);
        let size = screen.size()?;
        let service = service(&following.vital);
        let model = Model::new(settings, following.table.clone(), size, now);
        let model = model.serving(service, now.at);
        Ok(Console {
            screen,
            keys,
            following,
            model,
            frames,
            typed: Typed::default(),
            begun,
            asked: FuturesUnordered::new(),
            title: String::new(),
            screen_is: ScreenIs::AsWritten,
            held: Held::ByUs,
            // Nothing comes from a channel whose other end is gone.
            outside: mpsc::channel(1).1,
        })
    }

    /// The console, to which the system speaks through `outside`.
    #[must_use]
    pub fn hearing(self, outside: mpsc::Receiver<Outside>) -> Self {
        Console { outside, ..self }
    }

    /// Shows the service until somebody or something ends it. Fails only if the terminal cannot be
    /// asked for its size when it begins; later troubles of the terminal are how it ended.
    pub async fn run(mut self, stop: &CancellationToken) -> Ended {
        if self.draw().is_err() {
            return Ended::TerminalGone;
        }
        loop {
            let came = self.wait(stop).await;
            if let Some(ended) = self.take(came) {
                return ended;
            }
            // Everything that waits to be read is read before one frame is drawn.
            while let Poll::Ready(event) = self.waiting().await {
                if let Some(ended) = self.take(Came::Terminal(event)) {
                    return ended;
                }
            }
            let now = self.now();
            if self.frames.due().is_some_and(|due| due <= now.tick) && self.draw().is_err() {
                return Ended::TerminalGone;
            }
        }
    }

    /// What can be read without waiting. It is asked for with the loop's own waker: crossterm's
    /// stream keeps the first waker it is given, so that another one would never wake the loop.
    async fn waiting(&mut self) -> Poll<Option<io::Result<TerminalEvent>>> {
        poll_fn(|context| Poll::Ready(self.keys.poll_next_unpin(context))).await
    }

    async fn wait(&mut self, stop: &CancellationToken) -> Came {
        let now = self.now();
        let wakes = [self.frames.due(), self.typed.until(), next_wake(&self.model, now)];
        let wake = wakes.into_iter().flatten().min();
        let time = async {
            match wake {
                Some(tick) => tokio::time::sleep_until(self.begun + tick).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = stop.cancelled() => Came::Stop,
            event = self.keys.next() => Came::Terminal(event),
            // Published before it is answered, so read first: an answer is told over a table that
            // has what it is about.
            heard = self.following.next() => Came::Heard(heard),
            Some(event) = self.asked.next() => Came::Answer(event),
            Some(outside) = self.outside.recv() => Came::Outside(outside),
            () = time => Came::Time,
        }
    }

    fn take(&mut self, came: Came) -> Option<Ended> {
        match came {
            Came::Stop => Some(Ended::Stopped),
            Came::Terminal(Some(Ok(event))) => self.reported(event),
            Came::Terminal(Some(Err(_)) | None) => Some(Ended::TerminalGone),
            Came::Answer(event) => self.update(event),
            Came::Heard(heard) => self.heard(heard),
            Came::Outside(Outside::Stop) => self.update(Event::Stop),
            Came::Outside(Outside::Continue) => self.take_again(),
            Came::Time => {
                let over = self.typed.overdue(self.now().tick);
                over.and_then(|input| self.input(input)).or_else(|| self.update(Event::Woke))
            }
        }
    }

    fn heard(&mut self, heard: Heard) -> Option<Ended> {
        let now = self.model.service.clone();
        let service = match heard {
            Heard::News(news) => return self.update(Event::News(news)),
            Heard::Vital(vital) => Service { unconnected: now.unconnected, ..service(&vital) },
            Heard::Lost { since, why } => {
                let reason = why.unwrap_or_default();
                Service { unconnected: Some(Trouble { since, reason }), ..now }
            }
            Heard::Connected => Service { unconnected: None, ..now },
            Heard::Ended => return Some(Ended::ServiceGone),
        };
        self.update(Event::Vitals(service))
    }

    fn reported(&mut self, event: TerminalEvent) -> Option<Ended> {
        match event {
            TerminalEvent::Key(key) => {
                let key = Key::from_event(&key)?;
                let tick = self.now().tick;
                self.typed.take(key, tick).into_iter().find_map(|input| self.input(input))
            }
            TerminalEvent::Paste(text) => self.update(Event::Paste(text)),
            TerminalEvent::Resize(width, height) => {
                let size = Size { width, height };
                self.screen.backend_mut().resize(size);
                self.update(Event::Resized(size))
            }
            TerminalEvent::FocusGained => {
                self.frames.focus(Focus::Looked, self.now().tick);
                self.update(Event::Focused(Focus::Looked))
            }
            TerminalEvent::FocusLost => {
                self.frames.focus(Focus::Away, self.now().tick);
                self.update(Event::Focused(Focus::Away))
            }
            TerminalEvent::Mouse(_) => None,
        }
    }

    fn input(&mut self, input: Input) -> Option<Ended> {
        self.update(match input {
            Input::Key(key) => Event::Key(key),
            Input::Paste(text) => Event::Paste(text),
        })
    }

    fn update(&mut self, event: Event) -> Option<Ended> {
        let now = self.now();
        let effects = update(&mut self.model, event, now);
        effects.into_iter().find_map(|effect| self.carry_out(effect, now))
    }

    fn carry_out(&mut self, effect: Effect, now: Now) -> Option<Ended> {
        match effect {
            Effect::Draw(cause) => self.frames.want(cause, now.tick),
            // One frame however often it is asked for: on a line that stands still a person presses
            // the key again and again.
            Effect::Redraw => {
                self.screen_is = ScreenIs::Spoilt;
                self.frames.want(Cause::Key, now.tick);
            }
            Effect::Submit(order) => {
                self.asked.push(submit(self.following.live.clone(), order).boxed());
            }
            Effect::MakeToken(op, name) => {
                let actor = self.model.settings.viewer.clone();
                self.asked.push(make_token(self.following.live.clone(), actor, op, name).boxed());
            }
            Effect::Copy(text) => {
                let multiplexer = self.model.settings.multiplexer;
                return self.add(&terminal::clipboard(&text, multiplexer).unwrap_or_default());
            }
            Effect::Ring => return self.add(terminal::BELL),
            Effect::Notify(text) => {
                let Settings { name, multiplexer, desktop, .. } = &self.model.settings;
                let bytes = terminal::message(name.as_str(), &text, *desktop, *multiplexer);
                return self.add(&bytes);
            }
            Effect::Flush => {
                let written = Backend::flush(self.screen.backend_mut());
                return written.is_err().then_some(Ended::TerminalGone);
            }
            Effect::Keep(filter) => {
                // Nobody waits for it; whoever keeps them says what went wrong.
                if let Some(keep) = &self.model.settings.filters.keep {
                    let _ = keep.try_send(filter);
                }
            }
            Effect::Suspend => return self.stand_still(),
            Effect::Quit => return Some(Ended::Quit),
        }
        None
    }

    /// Gives the terminal to whoever is there when this process stands still, and stands still. It is
    /// taken again when the system says that it may be.
    fn stand_still(&mut self) -> Option<Ended> {
        self.held = Held::ByOthers;
        terminal::stand_still().is_err().then_some(Ended::TerminalGone)
    }

    /// Takes the terminal again, which somebody else has used meanwhile.
    fn take_again(&mut self) -> Option<Ended> {
        let Ok(modes) = terminal::take_again() else { return Some(Ended::TerminalGone) };
        self.held = Held::ByUs;
        self.screen_is = ScreenIs::Spoilt;
        self.title.clear();
        self.frames.want(Cause::Key, self.now().tick);
        self.add(&modes)
    }

    /// Adds bytes to the write of the next frame.
    fn add(&mut self, bytes: &[u8]) -> Option<Ended> {
        self.screen.backend_mut().add(bytes).is_err().then_some(Ended::TerminalGone)
    }

    fn draw(&mut self) -> io::Result<()> {
        if self.held == Held::ByOthers {
            self.frames.drawn(self.now().tick, 0);
            return Ok(());
        }
        let size = self.screen.size()?;
        let now = self.now();
        if size != self.model.size {
            update(&mut self.model, Event::Resized(size), now);
        }
        let title = view::title(&self.model);
        if title != self.title {
            self.screen.backend_mut().add(&terminal::title(&title))?;
            self.title = title;
        }
        if self.screen_is == ScreenIs::Spoilt {
            self.screen.clear()?;
            self.screen_is = ScreenIs::AsWritten;
        }
        self.screen.draw(|frame| view::draw(&self.model, frame))?;
        // Only now: a frame that took long to write was not read before it was written.
        let now = self.now();
        let bytes = self.screen.backend().take_written();
        self.frames.drawn(now.tick, bytes);
        update(&mut self.model, Event::Drawn, now);
        Ok(())
    }

    fn now(&self) -> Now {
        Now { at: self.following.live.now(), tick: self.begun.elapsed() }
    }
}

impl<W: Write, K> std::fmt::Debug for Console<W, K> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Console").field("size", &self.model.size).finish_non_exhaustive()
    }
}

async fn submit(live: Live, order: Order) -> Event {
    let op = order.op;
    let answer = live.submit(order).await;
    let receipt = answer.map(|it| Receipt { revision: it.revision, answer: it.answer });
    Event::Answered(op, receipt.map_err(failure))
}

async fn make_token(live: Live, actor: Actor, op: OpId, name: Text) -> Event {
    let token = NewToken {
        name: name.clone(),
        scopes: [Scope::Ingest].into_iter().collect(),
        account: None,
        namespace: Namespace::default(),
    };
    let Ok((secret, command)) = token.draw() else {
        let failure = Failure::Unavailable("this system gives no random numbers".into());
        return Event::TokenMade(op, Err(failure));
    };
    let answer = live.submit(Order { op, actor, via: Via::Console, seen: None, command }).await;
    let token = answer.map(|_| Token { name, secret: secret.reveal().to_owned() });
    Event::TokenMade(op, token.map_err(failure))
}

fn failure(error: LiveError) -> Failure {
    match error {
        LiveError::NotAllowed(_) => Failure::Unavailable("this console is read-only".into()),
        LiveError::Unconnected => Failure::Unconnected,
        LiveError::Lost(_) => Failure::Lost,
        LiveError::Other(why) => Failure::Unavailable(why),
        LiveError::Submit(SubmitError::Refused(refusal)) => Failure::Refused(refusal),
        LiveError::Submit(SubmitError::Busy) => {
            Failure::Unavailable("too much waits to be saved; try again".into())
        }
        LiveError::Submit(SubmitError::Unavailable(why)) => Failure::Unsaved(why),
        LiveError::Submit(SubmitError::Unsure(why)) => Failure::Unsure(why),
        LiveError::Submit(SubmitError::Failed) => {
            Failure::Unavailable("watchbell failed at this; see its log".into())
        }
        LiveError::Submit(SubmitError::Closed) => {
            Failure::Unavailable("watchbell is stopping".into())
        }
    }
}

fn service(vital: &Vital) -> Service {
    let unsaved = match &vital.store {
        StoreState::Well => None,
        StoreState::Broken { since, why, .. } => {
            Some(Trouble { since: *since, reason: why.clone() })
        }
    };
    let unheard = vital.unheard.as_ref();
    let unheard = unheard.map(|it| Trouble { since: it.since, reason: it.why.clone() });
    Service {
        unsaved,
        unconnected: None,
        unheard,
        certificate: vital.certificate.clone(),
        absence: vital.absence,
        busy: vital.busy,
        refusals: Arc::clone(&vital.refusals),
    }
}
