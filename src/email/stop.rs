//! How a thread is asked to end, and waits without missing that.

use std::{
    fmt,
    sync::{Arc, Condvar, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// How often is looked whether a rest is over early.
const LOOK: Duration = Duration::from_millis(200);

/// Asks threads to end. Every clone asks the same ones.
#[derive(Clone, Default)]
pub struct Stop {
    inner: Arc<(Mutex<bool>, Condvar)>,
    /// Says once that a rest is over early.
    nudged: Option<Arc<dyn Fn() -> bool + Send + Sync>>,
}

impl fmt::Debug for Stop {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Stop").field("asked", &self.asked()).finish_non_exhaustive()
    }
}

impl Stop {
    /// Asks all who look here to end.
    pub fn ask(&self) {
        *self.inner.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.inner.1.notify_all();
    }

    /// Whether somebody asked.
    pub fn asked(&self) -> bool {
        *self.inner.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The same, with what ends a [`Stop::rest`] early; it is asked again and again, and says so once.
    #[must_use]
    pub fn nudged_by(&self, nudged: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self { inner: Arc::clone(&self.inner), nudged: Some(Arc::new(nudged)) }
    }

    /// Waits so long, until it is nudged, or until somebody asks to end; whether to go on.
    pub fn rest(&self, time: Duration) -> bool {
        let Some(nudged) = &self.nudged else { return self.wait(time) };
        let end = Instant::now() + time;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() || nudged() {
                return !self.asked();
            }
            if !self.wait(left.min(LOOK)) {
                return false;
            }
        }
    }

    /// Waits so long, or until somebody asks; whether to go on.
    pub fn wait(&self, time: Duration) -> bool {
        let end = Instant::now() + time;
        let mut asked = self.inner.0.lock().unwrap_or_else(PoisonError::into_inner);
        while !*asked {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            asked = self.inner.1.wait_timeout(asked, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_waits_is_woken() {
        let stop = Stop::default();
        assert!(stop.wait(Duration::ZERO));
        let waiting = stop.clone();
        let waits = std::thread::spawn(move || waiting.wait(Duration::from_mins(10)));
        stop.ask();
        assert_eq!(waits.join().ok(), Some(false));
        assert!(stop.asked() && !stop.wait(Duration::from_mins(10)));
    }

    #[test]
    fn who_rests_is_nudged_once() {
        let rung = Arc::new(std::sync::atomic::AtomicBool::new(true));
        let stop = Stop::default().nudged_by(move || rung.swap(false, std::sync::atomic::Ordering::AcqRel));
        assert!(stop.rest(Duration::from_mins(10)), "it goes on at once");
        let resting = stop.clone();
        let rests = std::thread::spawn(move || resting.rest(Duration::from_mins(10)));
        stop.ask();
        assert_eq!(rests.join().ok(), Some(false), "a clone of it is asked like any other");
    }
}
