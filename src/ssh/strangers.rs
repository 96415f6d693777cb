//! Who is at the door and has not been let in yet: bounded, and nobody can fill it for long.

use super::limits::Room;
use std::{
    collections::VecDeque,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::oneshot;

/// Everybody at the door.
#[derive(Debug, Clone, Default)]
pub struct Strangers {
    door: Arc<Mutex<Door>>,
}

#[derive(Debug, Default)]
struct Door {
    next: u64,
    /// The oldest first.
    waiting: VecDeque<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    id: u64,
    network: IpAddr,
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
    /// Takes somebody in, in the oldest one's place where there is none left: whoever waits in silence has had the most
    /// time already, and an agent who comes is let through. The receiver ends when this place is taken by another.
    pub fn arrive(&self, address: IpAddr, room: Room) -> (Stranger, oneshot::Receiver<()>) {
        let (place, taken) = oneshot::channel();
        let network = network(address);
        let mut door = self.door();
        let neighbours = door.waiting.iter().filter(|waiting| waiting.network == network).count();
        if neighbours >= room.from_one_address {
            let oldest = door.waiting.iter().position(|waiting| waiting.network == network);
            oldest.and_then(|oldest| door.waiting.remove(oldest));
        } else if door.waiting.len() >= room.in_all {
            door.waiting.pop_front();
        }
        let id = door.next;
        door.next += 1;
        door.waiting.push_back(Waiting { id, network, _place: place });
        drop(door);
        (Stranger { id, strangers: self.clone() }, taken)
    }

    /// How many are at the door.
    pub fn count(&self) -> usize {
        self.door().waiting.len()
    }

    fn door(&self) -> MutexGuard<'_, Door> {
        self.door.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Stranger {
    fn drop(&mut self) {
        self.strangers.door().waiting.retain(|waiting| waiting.id != self.id);
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

    fn is_taken(taken: &mut oneshot::Receiver<()>) -> bool {
        taken.try_recv() == Err(oneshot::error::TryRecvError::Closed)
    }

    const ROOM: Room = Room { in_all: 3, from_one_address: 2 };

    #[test]
    fn the_oldest_makes_room() {
        let strangers = Strangers::default();
        let mut places: Vec<_> = (1..=4).map(|last| strangers.arrive([10, 0, 0, last].into(), ROOM)).collect();
        let taken: Vec<bool> = places.iter_mut().map(|(_, taken)| is_taken(taken)).collect();
        assert_eq!((taken, strangers.count()), (vec![true, false, false, false], 3));
        places.remove(1);
        assert_eq!(strangers.count(), 2);
        let _room = strangers.arrive([10, 0, 0, 9].into(), ROOM);
        assert!(!places.iter_mut().skip(1).any(|(_, taken)| is_taken(taken)), "nobody goes where there is room");
    }

    #[test]
    fn one_address_takes_only_its_own_places() {
        let strangers = Strangers::default();
        let (_other, mut kept) = strangers.arrive([10, 0, 0, 1].into(), ROOM);
        let mut same: Vec<_> = (0..5).map(|_| strangers.arrive([10, 0, 0, 2].into(), ROOM)).collect();
        let taken: Vec<bool> = same.iter_mut().map(|(_, taken)| is_taken(taken)).collect();
        assert_eq!(taken, [true, true, true, false, false]);
        assert!(!is_taken(&mut kept));
        assert_eq!(strangers.count(), 3);
    }

    #[test]
    fn a_network_of_the_newer_protocol_is_one_address() {
        assert_eq!(network("2001:db8::1:2".parse().unwrap()), network("2001:db8::ffff:3:4".parse().unwrap()));
        assert_ne!(network("2001:db8:0:1::1".parse().unwrap()), network("2001:db8:0:2::1".parse().unwrap()));
        assert_eq!(network("::ffff:10.0.0.1".parse().unwrap()), network("10.0.0.1".parse().unwrap()));
    }
}
