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

    /// Takes a listener in, and begins to watch other processes with the first. It is told once without a reason: what
    /// was written between its last read and now rang for nobody.
    pub fn listen(desk: &Arc<Inner>, ring: Ring) {
        let mut watching = desk.bell.watching.lock().unwrap_or_else(PoisonError::into_inner);
        if *watching {
            let mut waiting = desk.bell.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            waiting.push(ring);
            if waiting.last().is_some_and(|ring| !ring()) {
                waiting.pop();
            }
            return;
        }
        *watching = true;
        desk.bell.waiting.lock().unwrap_or_else(PoisonError::into_inner).push(ring);
        let desk = Arc::downgrade(desk);
        thread::spawn(move || watch(&desk));
    }
}

/// Watches until the desk is gone or the file cannot be read any more; a session notices that at its own next read.
fn watch(desk: &Weak<Inner>) {
    let Some(mut watch) = desk.upgrade().and_then(|desk| desk.store.watch().ok()) else { return };
    if let Some(desk) = desk.upgrade() {
        desk.bell.ring();
    }
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
