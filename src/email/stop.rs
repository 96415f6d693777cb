//! How a thread is asked to end, and waits without missing that.

use std::{
    sync::{Arc, Condvar, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Asks threads to end. Every clone asks the same ones.
#[derive(Debug, Clone, Default)]
pub struct Stop {
    inner: Arc<(Mutex<bool>, Condvar)>,
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
}
