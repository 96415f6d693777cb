//! Who waits for news: a doorbell, not a parcel, so it cannot leak.

use super::Inner;
use std::{
    sync::{Arc, Mutex, PoisonError, Weak},
    thread,
    time::Duration,
};

/// How often other processes' commits are looked for; a look costs a few microseconds, waking up for it more.
const LOOK_EVERY: Duration = Duration::from_millis(40);

type Ring = Box<dyn Fn() -> bool + Send>;

/// The doorbells of one process.
#[derive(Default)]
pub(super) struct Bell {
    waiting: Mutex<Vec<Ring>>,
    watching: Mutex<bool>,
}

impl Bell {
    /// Tells everybody who waits; who does not want to hear any more is taken out.
    pub fn ring(&self) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).retain(|ring| ring());
    }

    /// Takes a listener in, and begins to watch other processes with the first.
    pub fn listen(desk: &Arc<Inner>, ring: Ring) {
        desk.bell.waiting.lock().unwrap_or_else(PoisonError::into_inner).push(ring);
        let mut watching = desk.bell.watching.lock().unwrap_or_else(PoisonError::into_inner);
        if !*watching {
            *watching = true;
            let desk = Arc::downgrade(desk);
            thread::spawn(move || watch(&desk));
        }
    }
}

/// Watches until the desk is gone or the file cannot be read any more; a session notices that at its own next read.
fn watch(desk: &Weak<Inner>) {
    let Some(mut watch) = desk.upgrade().and_then(|desk| desk.store.watch().ok()) else { return };
    loop {
        thread::sleep(LOOK_EVERY);
        let Some(desk) = desk.upgrade() else { return };
        match watch.changed() {
            Ok(true) => desk.bell.ring(),
            Ok(false) => {}
            Err(_) => {
                desk.bell.ring();
                return;
            }
        }
    }
}
