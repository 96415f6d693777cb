//! Who is at the door and has not been let in yet: bounded, and nobody can fill it for long.

use super::limits::Room;
use std::{
    collections::VecDeque,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tokio::{
    sync::{Notify, oneshot},
    time::timeout_at,
};

/// How long somebody waits who is not the next, unless something changes before.
const AGAIN: Duration = Duration::from_secs(1);

/// Everybody at the door. Whoever has been there the longest makes room for who comes, the silent first: they have had the
/// most time already, and an agent who comes is let through. Only who has just come is not sent away, so that many who come
/// at once log in one after the other.
#[derive(Debug, Clone, Default)]
pub struct Strangers {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    door: Mutex<Door>,
    /// Somebody went, or stopped to wait for a turn.
    changed: Notify,
}

#[derive(Debug, Default)]
struct Door {
    next: u64,
    /// In the order in which they came.
    here: VecDeque<Here>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Has not said a word.
    Silent,
    /// Has, and waits for a turn.
    Queueing,
    /// Is listened to.
    Heard,
}

#[derive(Debug)]
struct Here {
    id: u64,
    network: IpAddr,
    stage: Stage,
    /// Since when it is at this stage.
    since: Instant,
    /// Dropped with the place.
    _place: oneshot::Sender<()>,
}

/// A place at the door, free again when dropped.
#[derive(Debug)]
pub struct Stranger {
    id: u64,
    strangers: Strangers,
}

impl Strangers {
    /// Waits until there is room, or somebody who makes it, and takes a place. The receiver ends when it is given to another.
    pub async fn arrive(&self, address: IpAddr, room: Room) -> (Stranger, oneshot::Receiver<()>) {
        let network = network(address);
        loop {
            // Before the look, so that a place that is freed after it is not missed.
            let changed = self.inner.changed.notified();
            let made = self.door().room(room);
            let Err(until) = made else { return self.enter(network) };
            let _ = timeout_at(until.into(), changed).await;
        }
    }

    fn enter(&self, network: IpAddr) -> (Stranger, oneshot::Receiver<()>) {
        let (place, taken) = oneshot::channel();
        let mut door = self.door();
        let id = door.next;
        door.next += 1;
        door.here.push_back(Here { id, network, stage: Stage::Silent, since: Instant::now(), _place: place });
        drop(door);
        (Stranger { id, strangers: self.clone() }, taken)
    }

    /// How many are at the door.
    pub fn count(&self) -> usize {
        self.door().here.len()
    }

    fn door(&self) -> MutexGuard<'_, Door> {
        self.inner.door.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Door {
    /// Makes room for one more; where nobody can be sent away yet: from when on.
    fn room(&mut self, room: Room) -> Result<(), Instant> {
        if self.here.len() < room.in_all {
            return Ok(());
        }
        let silent_first = [Stage::Silent, Stage::Heard, Stage::Queueing];
        let oldest = |stage| self.here.iter().position(move |here| here.stage == stage);
        let in_the_way: Vec<usize> = silent_first.into_iter().filter_map(oldest).collect();
        self.send_away(&in_the_way, room)
    }

    /// Sends the first of these away who has been here for long enough.
    fn send_away(&mut self, candidates: &[usize], room: Room) -> Result<(), Instant> {
        let now = Instant::now();
        let until = |place: &&usize| self.here.get(**place).map_or(now, |here| here.since + room.grace);
        if let Some(place) = candidates.iter().find(|place| until(place) <= now) {
            self.here.remove(*place);
            return Ok(());
        }
        Err(candidates.iter().map(|place| until(&place)).min().unwrap_or(now))
    }

    /// Lets somebody who said a word be heard, if it is their turn; where it is not yet: from when on it may be.
    fn hear(&mut self, id: u64, room: Room) -> Result<(), Instant> {
        let now = Instant::now();
        // Whoever is not here any more hears of it otherwise.
        let Some(me) = self.here.iter().position(|here| here.id == id) else { return Ok(()) };
        let network = self.here.get(me).map(|here| here.network);
        let neighbours = || self.here.iter().enumerate().filter(|(_, here)| Some(here.network) == network);
        let heard: Vec<usize> =
            neighbours().filter(|(_, here)| here.stage == Stage::Heard).map(|(place, _)| place).collect();
        // The last who came is the next one: a crowd from an agent's own address does not stand before the agent.
        let last = neighbours().rfind(|(_, here)| here.stage == Stage::Queueing);
        if last.is_some_and(|(_, last)| last.id > id) {
            return Err(now + AGAIN);
        }
        if heard.len() >= room.from_one_address {
            self.send_away(&heard, room)?;
        }
        self.set(id, Stage::Heard);
        Ok(())
    }

    fn set(&mut self, id: u64, stage: Stage) {
        if let Some(here) = self.here.iter_mut().find(|here| here.id == id) {
            (here.stage, here.since) = (stage, Instant::now());
        }
    }
}

impl Stranger {
    /// Says a word, and waits for a turn to be heard.
    pub async fn speak(&self, room: Room) {
        self.strangers.door().set(self.id, Stage::Queueing);
        loop {
            let changed = self.strangers.inner.changed.notified();
            let heard = self.strangers.door().hear(self.id, room);
            let Err(until) = heard else { break };
            let _ = timeout_at(until.into(), changed).await;
        }
        self.strangers.inner.changed.notify_waiters();
    }

    /// Whether so many came from the same address after this one that this one has to go.
    pub fn is_one_too_many(&self, room: Room) -> bool {
        let door = self.strangers.door();
        let Some(me) = door.here.iter().find(|here| here.id == self.id) else { return true };
        let newer = door.here.iter().filter(|here| here.network == me.network && here.id > me.id);
        newer.count() >= room.from_one_address
    }
}

impl Drop for Stranger {
    fn drop(&mut self) {
        self.strangers.door().here.retain(|here| here.id != self.id);
        self.strangers.inner.changed.notify_waiters();
    }
}

/// What counts as one address: whoever has one of IPv6 has its whole /64.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        four @ IpAddr::V4(_) => four,
        IpAddr::V6(six) => {
            let [a, b, c, d, ..] = six.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use tokio::time::timeout;

    const ROOM: Room = Room { in_all: 4, from_one_address: 2, grace: Duration::ZERO };
    const PATIENT: Room = Room { grace: Duration::from_hours(1), ..ROOM };

    type Entered = (Stranger, oneshot::Receiver<()>);

    fn gone(entered: &mut Entered) -> bool {
        entered.1.try_recv() == Err(oneshot::error::TryRecvError::Closed)
    }

    async fn arrive(strangers: &Strangers, last: u8) -> Entered {
        strangers.arrive([10, 0, 0, last].into(), ROOM).await
    }

    /// Whether something is still not done when everything else is.
    async fn waits(work: impl Future) -> bool {
        timeout(Duration::from_millis(20), work).await.is_err()
    }

    fn alone(work: impl Future<Output = ()>) {
        tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(work);
    }

    #[test]
    fn the_oldest_makes_room_and_the_silent_before_others() {
        alone(async {
            let strangers = Strangers::default();
            let mut heard = arrive(&strangers, 1).await;
            heard.0.speak(ROOM).await;
            let mut silent = Vec::new();
            for last in 2..=5 {
                silent.push(arrive(&strangers, last).await);
            }
            assert!(gone(&mut silent[0]) && !gone(&mut heard));
            assert!(!silent.iter_mut().skip(1).any(gone));
            assert_eq!(strangers.count(), 4);
            silent.truncate(1);
            let _room = arrive(&strangers, 9).await;
            assert!(!gone(&mut heard), "nobody goes where there is room");
        });
    }

    #[test]
    fn who_has_just_come_is_not_sent_away() {
        alone(async {
            let strangers = Strangers::default();
            let mut here = Vec::new();
            for last in 1..=4 {
                here.push(strangers.arrive([10, 0, 0, last].into(), PATIENT).await);
            }
            assert!(waits(strangers.arrive([10, 0, 0, 9].into(), PATIENT)).await);
            here.pop();
            assert!(!waits(strangers.arrive([10, 0, 0, 9].into(), PATIENT)).await);
            assert!(!here.iter_mut().any(gone));
        });
    }

    #[test]
    fn so_many_of_one_address_are_heard_at_a_time_the_last_who_came_first() {
        alone(async {
            let strangers = Strangers::default();
            let mut here = Vec::new();
            for _ in 0..4 {
                here.push(arrive(&strangers, 1).await);
            }
            for (stranger, _) in &here[..2] {
                stranger.speak(PATIENT).await;
            }
            assert!(waits(here[2].0.speak(PATIENT)).await);
            assert!(waits(here[3].0.speak(PATIENT)).await);
            here.remove(0);
            assert!(waits(here[1].0.speak(PATIENT)).await, "who came later is the next");
            assert!(!waits(here[2].0.speak(PATIENT)).await);
            assert!(!here.iter_mut().any(gone));
            here[1].0.speak(ROOM).await;
            assert!(gone(&mut here[0]), "who is heard for long makes room");
            let other = arrive(&strangers, 2).await;
            assert!(!waits(other.0.speak(PATIENT)).await, "another address has its own turns");
        });
    }

    #[test]
    fn a_silent_crowd_is_thinned() {
        alone(async {
            let strangers = Strangers::default();
            let mut here = Vec::new();
            for last in [1, 1, 1, 2] {
                here.push(arrive(&strangers, last).await);
            }
            let too_many: Vec<bool> = here.iter().map(|(stranger, _)| stranger.is_one_too_many(ROOM)).collect();
            assert_eq!(too_many, [true, false, false, false]);
        });
    }

    #[test]
    fn a_network_of_the_newer_protocol_is_one_address() {
        assert_eq!(network("2001:db8::1:2".parse().unwrap()), network("2001:db8::ffff:3:4".parse().unwrap()));
        assert_ne!(network("2001:db8:0:1::1".parse().unwrap()), network("2001:db8:0:2::1".parse().unwrap()));
        assert_eq!(network("::ffff:10.0.0.1".parse().unwrap()), network("10.0.0.1".parse().unwrap()));
    }
}
