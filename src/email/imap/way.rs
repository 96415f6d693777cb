//! How a server is waited for: how long things may take, and who can end it.

use crate::email::{Stop, Trouble, TroubleKind};
use std::{future::Future, time::Duration};
use tokio::time::{sleep, timeout};

/// How often a wait looks whether somebody asked to stop.
const LOOK: Duration = Duration::from_millis(50);

/// How long things may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For each part of an answer.
    pub step: Duration,
    /// Between two looks at what does not tell by itself: a folder of a server without IDLE, and the Sent folder.
    pub poll: Duration,
    /// How long to wait to be told before asking again. Servers forget clients that are silent for 30 minutes, and devices on
    /// the way much sooner.
    pub idle: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { step: Duration::from_mins(1), poll: Duration::from_mins(1), idle: Duration::from_mins(5) }
    }
}

/// How a server is waited for.
#[derive(Debug, Clone, Default)]
pub struct Way {
    /// How long things may take.
    pub patience: Patience,
    /// Who can end it.
    pub stop: Stop,
}

impl Way {
    /// Waits for a step, as long as a step may take.
    ///
    /// # Errors
    /// It takes too long, or somebody asked to stop.
    pub async fn patiently<T>(&self, what: &str, step: impl Future<Output = T>) -> Result<T, Trouble> {
        match self.within(self.patience.step, step).await? {
            Some(value) => Ok(value),
            None => Err(Trouble::new(
                TroubleKind::Connection,
                format!("The mail server was waited for {} seconds: {what} never came.", self.patience.step.as_secs()),
            )),
        }
    }

    /// Waits so long; `None` where that is over.
    ///
    /// # Errors
    /// Somebody asked to stop.
    pub async fn within<T>(&self, time: Duration, step: impl Future<Output = T>) -> Result<Option<T>, Trouble> {
        let stopped = async {
            while !self.stop.asked() {
                sleep(LOOK).await;
            }
        };
        tokio::select! {
            biased;
            value = timeout(time, step) => Ok(value.ok()),
            () = stopped => Err(Trouble::stopped()),
        }
    }
}
