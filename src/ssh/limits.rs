//! How much of everything one server gives away.

use std::time::Duration;

/// Places for connections that wait for something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// How many there are; the oldest makes room for one more.
    pub in_all: usize,
    /// The same for one address, or one /64 of IPv6.
    pub from_one_address: usize,
}

/// The limits of one server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Connections that have not logged in yet.
    pub strangers: Room,
    /// How long a connection may take from the first byte to the log-in.
    pub login: Duration,
    /// Keys that a connection may offer.
    pub offers: usize,
    /// Sessions over one connection at the same time.
    pub channels: usize,
    /// Sessions that one connection may open one after the other: russh forgets a channel that the server closed only
    /// with its connection (about 4 KB each), so a connection ends when it has had so many and none is left.
    pub channels_in_all: usize,
    /// Sessions of one agent, over all connections.
    pub sessions_per_agent: usize,
    /// Connections of one agent.
    pub connections_per_agent: usize,
    /// Newcomers with an unknown key who are asked for their code.
    pub newcomers: Room,
    /// Connections of visitors of demo desks, in all.
    pub visitors: usize,
    /// The same from one address, or one /64 of IPv6.
    pub visitors_per_address: usize,
    /// How long a newcomer may take to type the code.
    pub joining: Duration,
    /// The wait after a first wrong code; each one after it is twice as long.
    pub wrong_code: Duration,
    /// How long nobody may type before a messenger is closed; `None`: for ever.
    pub idle: Option<Duration>,
    /// How long output may wait without a single byte being taken.
    pub stall: Duration,
    /// How often a silent client is asked whether it is still there; after three questions it is gone.
    pub alive: Duration,
    /// Bytes of input of one session that wait to be taken.
    pub input: usize,
    /// How long sessions may take to end when the server stops.
    pub stopping: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            strangers: Room { in_all: 64, from_one_address: 8 },
            login: Duration::from_secs(20),
            offers: 10,
            channels: 10,
            channels_in_all: 1000,
            sessions_per_agent: 20,
            connections_per_agent: 20,
            newcomers: Room { in_all: 16, from_one_address: 4 },
            visitors: 40,
            // One more than visits, so that somebody is told in words that those are all.
            visitors_per_address: 5,
            joining: Duration::from_mins(5),
            wrong_code: Duration::from_secs(1),
            idle: Some(Duration::from_hours(24)),
            stall: Duration::from_secs(45),
            // Three questions and the wait after the last: a vanished client is gone within the minute.
            alive: Duration::from_secs(14),
            input: 256 * 1024,
            stopping: Duration::from_secs(5),
        }
    }
}
