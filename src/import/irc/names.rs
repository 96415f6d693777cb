//! Who is who in a channel, and whom a line names.

use crate::import::{Team, team::fold_nick};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashMap;

/// How long a nick without `:` or `,` behind it is still taken for a name.
const MENTION_WINDOW: TimeDelta = TimeDelta::minutes(60);

/// Somebody in the channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Who {
    Agent(String),
    Customer(String),
}

impl Who {
    /// The handle, or the customer's folded nick.
    pub(super) fn id(&self) -> &str {
        match self {
            Self::Agent(id) | Self::Customer(id) => id,
        }
    }
}

/// Everybody who has been heard of.
#[derive(Debug)]
pub(super) struct People {
    team: Team,
    names: HashMap<String, String>,
    seen: HashMap<String, DateTime<Utc>>,
}

impl People {
    /// Nobody but the team.
    pub(super) fn new(team: Team) -> Self {
        Self { team, names: HashMap::new(), seen: HashMap::new() }
    }

    /// Forgets who was around.
    pub(super) fn forget(&mut self) {
        self.seen.clear();
        self.names.clear();
    }

    /// Somebody said something.
    pub(super) fn saw(&mut self, who: &Who, at: DateTime<Utc>) {
        self.seen.insert(who.id().to_owned(), at);
    }

    /// Somebody's nick changes; the person stays the same, unless the new nick is known as somebody else's.
    pub(super) fn rename(&mut self, from: &str, to: &str) {
        let new = fold_nick(to);
        let old = self.who(from);
        if self.team.by_nick(to).is_none() && !self.seen.contains_key(&new) && old.id() != new {
            self.names.insert(new, old.id().to_owned());
        }
    }

    /// Who goes by this nick.
    pub(super) fn who(&self, nick: &str) -> Who {
        if let Some(handle) = self.team.by_nick(nick) {
            return Who::Agent(handle.to_owned());
        }
        let folded = fold_nick(nick);
        let name = self.names.get(&folded).cloned().unwrap_or(folded);
        match self.team.by_nick(&name) {
            Some(handle) => Who::Agent(handle.to_owned()),
            None => Who::Customer(name),
        }
    }

    /// Whom a line names, as far as that decides where it belongs.
    pub(super) fn addressee(&self, speaker: &Who, text: &str, now: DateTime<Utc>) -> Option<Who> {
        let other = |word: &str| self.known(word).filter(|who| who != speaker);
        // "!upgrade | nick" asks a channel's bot to tell that person.
        if text.starts_with('!')
            && let Some((_, nick)) = text.rsplit_once('|')
            && let Some(who) = other(nick.trim())
        {
            return Some(who);
        }
        let first = text.split_whitespace().next()?;
        let bare = bare_name(first);
        if let Some(who) = other(bare)
            && (bare.len() < first.len() || self.may_mention(speaker, &who, now))
        {
            return Some(who);
        }
        text.split_whitespace()
            .map(|word| {
                word.trim_matches(|letter: char| matches!(letter, '@' | ':' | ',' | ';' | '.' | '!' | '?' | '(' | ')'))
            })
            .filter(|word| word.chars().count() >= 3)
            .filter_map(other)
            .find(|who| self.may_mention(speaker, who, now))
    }

    /// A name inside a line counts only between an agent and a customer, and only while that person is around.
    fn may_mention(&self, speaker: &Who, named: &Who, now: DateTime<Utc>) -> bool {
        let around = self.seen.get(named.id()).is_some_and(|at| now - *at <= MENTION_WINDOW);
        match (speaker, named) {
            (Who::Agent(_), Who::Customer(_)) => around,
            (Who::Customer(_), Who::Agent(_)) => true,
            (Who::Agent(_), Who::Agent(_)) | (Who::Customer(_), Who::Customer(_)) => false,
        }
    }

    /// The person of that nick, if somebody of that nick has spoken or is on the team.
    fn known(&self, nick: &str) -> Option<Who> {
        if nick.is_empty() {
            return None;
        }
        match self.who(nick) {
            Who::Customer(id) if !self.seen.contains_key(&id) => None,
            who => Some(who),
        }
    }
}

/// A word without what makes it an address: `@nick`, `nick:`, `nick,`.
pub(super) fn bare_name(word: &str) -> &str {
    word.trim_start_matches('@').trim_end_matches([':', ',', ';', '>'])
}
