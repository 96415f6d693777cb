//! One client: a connection with one channel, a terminal of 120×40 at its end.

use super::SCREEN;
use russh::{
    ChannelReadHalf, ChannelWriteHalf,
    client::{self, Handle, Msg},
    keys::{PrivateKey, PrivateKeyWithHashAlg, PublicKeyOrCertificate},
};
use std::{net::SocketAddr, sync::Arc};

/// A client that is logged in and has a shell.
pub struct Client {
    /// The connection ends with it.
    _connection: Handle<Trusting>,
    pub read: ChannelReadHalf,
    pub write: ChannelWriteHalf<Msg>,
}

/// Takes any server: there is only one on this address.
pub struct Trusting;

impl client::Handler for Trusting {
    type Error = russh::Error;

    async fn check_server_key(&mut self, _key: &PublicKeyOrCertificate) -> Result<bool, russh::Error> {
        Ok(true)
    }
}

impl Client {
    pub async fn login(server: SocketAddr, key: Arc<PrivateKey>) -> Result<Self, russh::Error> {
        let config = client::Config { nodelay: true, ..client::Config::default() };
        let mut connection = client::connect(Arc::new(config), server, Trusting).await?;
        let let_in = connection.authenticate_publickey("agent", PrivateKeyWithHashAlg::new(key, None)).await?;
        assert!(let_in.success(), "the key is not let in");
        let channel = connection.channel_open_session().await?;
        channel.request_pty(false, "xterm-256color", SCREEN.0.into(), SCREEN.1.into(), 0, 0, &[]).await?;
        channel.request_shell(false).await?;
        let (read, write) = channel.split();
        Ok(Self { _connection: connection, read, write })
    }
}
