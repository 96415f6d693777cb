//! What one session sends: parcel after parcel, each taken by the client before the next one is looked at.

use super::{
    connection::HANGING_UP,
    inbox::{End, Inbox},
};
use russh::{ChannelWriteHalf, Disconnect, server};
use std::{sync::Arc, time::Duration};
use tokio::{
    io::{AsyncWrite, AsyncWriteExt as _},
    sync::{mpsc, oneshot},
    time::{sleep, timeout},
};

/// The extended data stream that SSH calls standard error.
const STANDARD_ERROR: u32 = 1;

/// How long the end of a session may take to be handed over.
const FAREWELL: Duration = Duration::from_secs(5);

/// Something for the client.
#[derive(Debug)]
pub enum Parcel {
    /// For its screen or standard output.
    Output(Vec<u8>),
    /// For its standard error.
    Errors(Vec<u8>),
    /// The end.
    Exit {
        /// The exit status.
        status: u8,
        /// Whether the whole connection ends with it, and what is said then.
        hang_up: Option<&'static str>,
    },
}

/// The way out of one session.
pub struct Output {
    /// The channel.
    pub channel: ChannelWriteHalf<server::Msg>,
    /// Its connection.
    pub connection: server::Handle,
    /// Told what becomes of the parcels.
    pub inbox: Arc<Inbox>,
    /// How long a parcel may wait without a byte being taken.
    pub stall: Duration,
}

impl Output {
    /// Sends parcels until the last one was sent or nobody takes them. `gone` ends with the channel: russh itself wakes
    /// nobody who waits for room in the window of a channel that was closed. An exit status that comes through it ends the
    /// session in the middle of what it sends. What comes back is said where the whole connection is to end.
    pub async fn send(
        &self,
        mut parcels: mpsc::Receiver<Parcel>,
        mut gone: oneshot::Receiver<u8>,
    ) -> Option<&'static str> {
        let ended = tokio::select! {
            ended = self.send_all(&mut parcels) => ended,
            told = &mut gone => match told {
                Ok(status) => Ended::Exit { status, hang_up: None },
                Err(_) => Ended::Failed(End::Gone),
            },
        };
        // Whoever still has something to send is told that nobody takes it.
        drop(parcels);
        let (status, hang_up) = match ended {
            Ended::Exit { status, hang_up } => (Some(status), hang_up),
            Ended::Failed(end) => {
                self.inbox.end(end);
                (None, None)
            }
        };
        // The connection's own loop may be stuck in a write; its line is cut for that by itself.
        let _ = timeout(FAREWELL, self.close(status)).await;
        hang_up
    }

    /// Ends the connection, a moment after the session did: a client that is told to go throws away what it has not shown
    /// yet, so it is given the time to go by itself.
    pub async fn hang_up(&self, why: &'static str) {
        sleep(HANGING_UP).await;
        let told = self.connection.disconnect(Disconnect::ByApplication, why.to_owned(), String::new());
        // Where it cannot be told, it is gone.
        let _ = timeout(FAREWELL, told).await;
    }

    async fn send_all(&self, parcels: &mut mpsc::Receiver<Parcel>) -> Ended {
        let mut output = self.channel.make_writer_ext(None);
        let mut errors = self.channel.make_writer_ext(Some(STANDARD_ERROR));
        while let Some(parcel) = parcels.recv().await {
            let sent = match parcel {
                Parcel::Output(bytes) => self.write(&mut output, &bytes).await,
                Parcel::Errors(bytes) => self.write(&mut errors, &bytes).await,
                Parcel::Exit { status, hang_up } => return Ended::Exit { status, hang_up },
            };
            if let Err(end) = sent {
                return Ended::Failed(end);
            }
            self.inbox.taken();
        }
        // The session's thread went without a word, which it never does.
        Ended::Exit { status: 1, hang_up: None }
    }

    async fn write(&self, to: &mut (impl AsyncWrite + Unpin), mut bytes: &[u8]) -> Result<(), End> {
        while !bytes.is_empty() {
            match timeout(self.stall, to.write(bytes)).await {
                Ok(Ok(taken)) => bytes = bytes.get(taken..).unwrap_or_default(),
                Ok(Err(_)) => return Err(End::Gone),
                Err(_) => return Err(End::Stalled),
            }
        }
        Ok(())
    }

    async fn close(&self, status: Option<u8>) {
        // None of these can be told to anybody when it fails: the connection is gone then.
        if let Some(status) = status {
            let _ = self.channel.exit_status(status.into()).await;
        }
        let _ = self.channel.eof().await;
        let _ = self.channel.close().await;
    }
}

/// How sending ended.
enum Ended {
    Exit { status: u8, hang_up: Option<&'static str> },
    Failed(End),
}
