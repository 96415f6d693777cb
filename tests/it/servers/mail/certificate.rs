//! A certificate authority of the tests' own and one certificate for this machine, made once by the `openssl` program.

use super::super::house::{program, run};
use std::{path::PathBuf, process::Command, sync::OnceLock};

/// The files: the authority's certificate, the server's certificate, the server's secret key.
pub struct Certificate {
    folder: tempfile::TempDir,
}

impl Certificate {
    /// Who vouches for the server: the file of `ca-file`.
    pub fn authority(&self) -> PathBuf {
        self.folder.path().join("authority.pem")
    }

    /// An authority that vouches for nobody here.
    pub fn stranger(&self) -> PathBuf {
        self.folder.path().join("stranger.pem")
    }

    pub fn server(&self) -> PathBuf {
        self.folder.path().join("server.pem")
    }

    pub fn key(&self) -> PathBuf {
        self.folder.path().join("server.key")
    }

    fn openssl(&self, arguments: &[&str]) {
        let mut command = Command::new(program("openssl"));
        run(command.args(arguments).current_dir(self.folder.path()), b"").well();
    }
}

/// For `localhost` and 127.0.0.1, good for two days.
pub fn certificate() -> &'static Certificate {
    static MADE: OnceLock<Certificate> = OnceLock::new();
    MADE.get_or_init(|| {
        let made = Certificate { folder: tempfile::tempdir().expect("a folder for certificates") };
        let new = ["req", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
        for name in ["authority", "stranger"] {
            let (key, file, subject) = (format!("{name}.key"), format!("{name}.pem"), format!("/CN=tests: {name}"));
            let constraints = ["-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=keyCertSign"];
            let root = ["-x509", "-days", "2", "-subj", &subject, "-keyout", &key, "-out", &file];
            made.openssl(&[&new[..], &root[..], &constraints[..]].concat());
        }
        let request = ["-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.csr"];
        made.openssl(&[&new[..], &request[..]].concat());
        let extensions = "subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n\
                          keyUsage=digitalSignature\nextendedKeyUsage=serverAuth\n";
        std::fs::write(made.folder.path().join("extensions"), extensions).expect("a file");
        let by = ["-CA", "authority.pem", "-CAkey", "authority.key", "-CAcreateserial", "-extfile", "extensions"];
        let signed = ["x509", "-req", "-days", "2", "-in", "server.csr", "-out", "server.pem"];
        made.openssl(&[&signed[..], &by[..]].concat());
        made
    })
}
