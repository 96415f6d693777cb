//! A connection to a mail server, as bytes, and its encryption: the same for what arrives and what leaves.

use super::{Trouble, TroubleKind};
use crate::config::MailServer;
use std::{io, path::Path, sync::Arc};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::{
    TlsConnector,
    rustls::{
        self, CertificateError, ClientConfig, RootCertStore,
        crypto::ring,
        pki_types::{CertificateDer, ServerName, pem::PemObject as _},
    },
};

/// Where bytes go to and come from.
pub trait Wire: AsyncRead + AsyncWrite + Unpin + Send + Sync + std::fmt::Debug {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send + Sync + std::fmt::Debug> Wire for T {}

/// Encrypts a connection, and accepts no certificate but one for this server from an authority that is trusted here: by the
/// system, or by a file of one's own.
///
/// # Errors
/// A sentence that says what is wrong with the certificate, the file or the connection.
pub async fn encrypted(
    wire: Box<dyn Wire>,
    server: &MailServer,
    authority: Option<&Path>,
) -> Result<Box<dyn Wire>, Trouble> {
    let connector = TlsConnector::from(Arc::new(trusting(authority)?));
    let name = ServerName::try_from(server.host.clone()).map_err(|_| {
        Trouble::new(TroubleKind::Setup, format!("“{}” is no name that a certificate could have.", server.host))
    })?;
    let stream = connector.connect(name, wire).await;
    Ok(Box::new(stream.map_err(|error| untrusted(server, &error))?))
}

fn trusting(authority: Option<&Path>) -> Result<ClientConfig, Trouble> {
    let setup = |sentence: String| Trouble::new(TroubleKind::Setup, sentence);
    let mut roots = RootCertStore::empty();
    // What of the system's store cannot be read is nobody's fault here; with nothing left, no certificate is trusted.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(file) = authority {
        let wrong = |reason: &dyn std::fmt::Display| {
            setup(format!("The certificates in {} (ca-file) cannot be used: {reason}.", file.display()))
        };
        let mut own = 0;
        for certificate in CertificateDer::pem_file_iter(file).map_err(|error| wrong(&error))? {
            roots.add(certificate.map_err(|error| wrong(&error))?).map_err(|error| wrong(&error))?;
            own += 1;
        }
        if own == 0 {
            return Err(wrong(&"there is none in it"));
        }
    }
    let versions = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| setup(format!("TLS cannot be used: {error}.")))?;
    Ok(versions.with_root_certificates(roots).with_no_client_auth())
}

fn untrusted(server: &MailServer, error: &io::Error) -> Trouble {
    let reason = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    let Some(rustls::Error::InvalidCertificate(certificate)) = reason else {
        return Trouble::new(
            TroubleKind::Connection,
            format!("The mail server {server} cannot be talked to in TLS: {error}. Is it the right port for that?"),
        );
    };
    let words = match certificate {
        CertificateError::UnknownIssuer => {
            "nobody who is trusted signed it; name your own authority's file with ca-file".to_owned()
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "it has expired; the server needs a new one".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "it is not valid yet; is the clock of this machine right?".to_owned()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            format!("it is not for “{}”; use the name that the certificate has", server.host)
        }
        other => other.to_string(),
    };
    Trouble::new(TroubleKind::Setup, format!("The certificate of the mail server {server} is not accepted: {words}."))
}
