//! Which screens have to show a message that was just sent, and when they do.

use super::{Person, eyes::Eyes, figures::Times};
use deskline::domain::section::Section;
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

/// How long a screen is watched for a message; only screens count that are left as they are for so long.
pub const WATCH: Duration = Duration::from_secs(3);

/// With more rows above the selected one a screen is not watched.
const ABOVE: usize = 3;

/// Rows that are on the screen; where the selected one is pushed further down, the list goes on with it.
const ROWS: usize = 9;

/// What one screen shows, as far as it matters here, and what it is watched for.
struct Screen {
    person: Arc<Person>,
    view: View,
    /// The conversations that came to the top of its list since it was jumped to: the selected row is so far down.
    above: BTreeSet<i64>,
    watched: Vec<Watched>,
}

/// What a screen's list is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    pub section: Section,
    /// Nobody went down it.
    pub at_the_top: bool,
    /// Until when nobody goes through it.
    pub still_until: Instant,
}

struct Watched {
    token: Arc<str>,
    sent: Instant,
    way: Way,
    /// Sent in the time that is measured.
    counts: bool,
}

/// How a message came to the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Through the same server.
    Server,
    /// By another process on the same file.
    Process,
}

/// A public customer conversation that gets a message.
pub struct Place<'a> {
    /// Its number, or any of its own that is none where it is only being started.
    pub key: i64,
    /// The assignee's handle.
    pub assignee: Option<&'a str>,
    /// The group whose queue it waits in.
    pub queue: Option<&'a str>,
}

/// How soon messages were on other screens.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    pub by_server: Times,
    pub by_process: Times,
    /// Screens that should have shown a message and did not within [`WATCH`].
    pub missed: Vec<String>,
    /// Screens that may have gone on to older rows with the selected one before a message was on them; timed until then.
    pub passed: usize,
    /// Messages that some screen was watched for.
    pub messages: usize,
}

/// All screens.
#[derive(Default)]
pub struct Board {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    screens: Vec<Screen>,
    seen: Seen,
}

impl Board {
    /// Adds a screen; its number.
    pub fn add(&self, person: Arc<Person>) -> usize {
        let mut inner = self.inner.lock().unwrap();
        let view = View { section: Section::Open, at_the_top: false, still_until: Instant::now() };
        inner.screens.push(Screen { person, view, above: BTreeSet::new(), watched: Vec::new() });
        inner.screens.len() - 1
    }

    /// A message is being sent: every other screen whose list begins with its conversation is watched.
    pub fn sent(&self, token: &str, place: &Place, by: Option<usize>, way: Way, counts: bool) {
        let now = Instant::now();
        let token: Arc<str> = token.into();
        let mut inner = self.inner.lock().unwrap();
        let mut any = false;
        let Inner { screens, seen } = &mut *inner;
        for (number, screen) in screens.iter_mut().enumerate() {
            if !screen.lists(place) {
                continue;
            }
            screen.above.insert(place.key);
            if screen.above.len() >= ROWS {
                screen.passed(seen);
            }
            let View { at_the_top, still_until, .. } = screen.view;
            let quiet = at_the_top && screen.above.len() <= ABOVE && still_until >= now + WATCH;
            if quiet && by != Some(number) {
                any = true;
                screen.watched.push(Watched { token: Arc::clone(&token), sent: now, way, counts });
            }
        }
        inner.seen.messages += usize::from(any && counts);
    }

    /// The message was not sent after all.
    pub fn withdrawn(&self, token: &str) {
        for screen in &mut self.inner.lock().unwrap().screens {
            screen.watched.retain(|watched| &*watched.token != token);
        }
    }

    /// A screen has changed, or will.
    pub fn look(&self, number: usize, eyes: Eyes, view: View) {
        let mut inner = self.inner.lock().unwrap();
        let Inner { screens, seen } = &mut *inner;
        let Screen { person, view: before, above, watched } = &mut screens[number];
        if view.section != before.section {
            above.clear();
        }
        *before = view;
        if watched.is_empty() {
            return;
        }
        let now = Instant::now();
        watched.retain(|watched| {
            let took = (now - watched.sent).min(WATCH);
            let shown = eyes.shows(&watched.token);
            let over = shown || took == WATCH;
            if over && watched.counts {
                seen.add(watched.way, took);
                if !shown {
                    let (title, handle) = (view.section.title(), &person.handle);
                    let text = eyes.text();
                    seen.missed.push(format!("{} in {title} on screen {number} of {handle}\n{text}", watched.token));
                }
            }
            !over
        });
    }

    /// How soon messages were seen; nothing is watched for any more.
    pub fn seen(&self) -> Seen {
        self.inner.lock().unwrap().seen.clone()
    }
}

impl Seen {
    fn add(&mut self, way: Way, took: Duration) {
        match way {
            Way::Server => self.by_server.add(took),
            Way::Process => self.by_process.add(took),
        }
    }
}

impl Screen {
    /// So much came that the list may have gone on with its selected row.
    fn passed(&mut self, seen: &mut Seen) {
        let now = Instant::now();
        for watched in self.watched.drain(..).filter(|watched| watched.counts) {
            seen.passed += 1;
            seen.add(watched.way, (now - watched.sent).min(WATCH));
        }
    }

    /// Whether its section lists such a conversation.
    fn lists(&self, place: &Place) -> bool {
        match self.view.section {
            Section::Open => self.person.sees_open,
            // Whoever has a conversation follows it.
            Section::Live | Section::CustomerReplies => place.assignee == Some(self.person.handle.as_str()),
            Section::Unassigned => place
                .queue
                .is_some_and(|queue| self.person.administers || self.person.groups.iter().any(|group| group == queue)),
            Section::NeedsReassignment
            | Section::All
            | Section::Unanswered
            | Section::Closed
            | Section::InternalInbox
            | Section::InternalSent
            | Section::AllClosed => false,
        }
    }
}
