//! Which screens have to show a message that was just sent, and when they do.

use super::{Person, eyes::Eyes, figures::Times};
use deskline::domain::section::Section;
use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

/// How long a screen is watched for a message; only screens count that are left as they are for so long.
pub const WATCH: Duration = Duration::from_secs(3);

/// What one screen shows, as far as it matters here, and what it is watched for.
struct Screen {
    person: Arc<Person>,
    section: Section,
    at_the_top: bool,
    still_until: Instant,
    watched: Vec<Watched>,
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
        let now = Instant::now();
        let section = Section::Open;
        inner.screens.push(Screen { person, section, at_the_top: false, still_until: now, watched: Vec::new() });
        inner.screens.len() - 1
    }

    /// What a screen's list is, and until when it is left as it is.
    pub fn looks_at(&self, screen: usize, section: Section, at_the_top: bool, still_until: Instant) {
        let screen = &mut self.inner.lock().unwrap().screens[screen];
        (screen.section, screen.at_the_top, screen.still_until) = (section, at_the_top, still_until);
    }

    /// A message is being sent: every other screen whose list begins with its conversation is watched.
    pub fn sent(&self, token: &str, place: &Place, by: Option<usize>, way: Way, counts: bool) {
        let now = Instant::now();
        let token: Arc<str> = token.into();
        let mut inner = self.inner.lock().unwrap();
        let mut any = false;
        for (number, screen) in inner.screens.iter_mut().enumerate() {
            let quiet = screen.at_the_top && screen.still_until >= now + WATCH;
            if quiet && by != Some(number) && screen.lists(place) {
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

    /// A screen has changed.
    pub fn look(&self, number: usize, eyes: Eyes) {
        let mut inner = self.inner.lock().unwrap();
        let Inner { screens, seen } = &mut *inner;
        let screen = &mut screens[number];
        if screen.watched.is_empty() {
            return;
        }
        let now = Instant::now();
        let Screen { watched, person, section, .. } = screen;
        watched.retain(|watched| {
            let shown = eyes.shows(&watched.token);
            let took = now - watched.sent;
            if shown && watched.counts {
                match watched.way {
                    Way::Server => seen.by_server.add(took),
                    Way::Process => seen.by_process.add(took),
                }
            }
            if !shown && took > WATCH && watched.counts {
                seen.missed.push(format!(
                    "{} in {} on screen {number} of {}",
                    watched.token,
                    section.title(),
                    person.handle
                ));
                match watched.way {
                    Way::Server => seen.by_server.add(WATCH),
                    Way::Process => seen.by_process.add(WATCH),
                }
            }
            !shown && took <= WATCH
        });
    }

    /// How soon messages were seen; nothing is watched for any more.
    pub fn seen(&self) -> Seen {
        self.inner.lock().unwrap().seen.clone()
    }
}

impl Screen {
    /// Whether its section lists such a conversation.
    fn lists(&self, place: &Place) -> bool {
        match self.section {
            Section::Open => self.person.sees_open,
            Section::Live => place.assignee == Some(self.person.handle.as_str()),
            Section::Unassigned => place
                .queue
                .is_some_and(|queue| self.person.administers || self.person.groups.iter().any(|group| group == queue)),
            Section::NeedsReassignment
            | Section::All
            | Section::Unanswered
            | Section::Closed
            | Section::CustomerReplies
            | Section::InternalInbox
            | Section::InternalSent
            | Section::AllClosed => false,
        }
    }
}
