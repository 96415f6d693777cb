//! A post office on loopback: Postfix takes mail for two domains and puts it into Maildirs, Dovecot shows them.

use super::{
    certificate::{Certificate, certificate},
    daemon::{Daemon, free_port, server},
    imap::Imap,
    smtp::Smtp,
};
use crate::{pty::until, servers::house::run};
use std::{
    fs,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown},
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, SystemTime},
};

/// Everybody's password.
pub const PASSWORD: &str = "correct-horse";
/// What lets support@acme.example in as well: a JSON Web Token, signed with [`TOKENS_KEY`], good until 2100.
pub const TOKEN: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJzdXBwb3J0QGFjbWUuZXhhbXBsZSIsImlhdCI6MTU3NzgzNjgwMCwiZXhwIjo0MTAyNDQ0ODAwfQ.Y_Pv81MtIBNlqz2cOAWLcv9QdmRgSOpjZgwRQOsIUU0";
/// “a key for the tests alone, of no worth elsewhere”.
const TOKENS_KEY: &str = "YSBrZXkgZm9yIHRoZSB0ZXN0cyBhbG9uZSwgb2Ygbm8gd29ydGggZWxzZXdoZXJl";
/// The desk's two addresses and two customers: who has a mailbox.
pub const ADDRESSES: [&str; 5] = [
    "support@acme.example",
    "billing@acme.example",
    "ana@acme.example",
    "mara@customer.example",
    "jo@customer.example",
];
/// Debian's `nobody`: Postfix delivers to nobody's files as root, and Dovecot reads none as root.
pub const NOBODY: u32 = 65534;

/// Where the servers listen on 127.0.0.1.
#[derive(Clone, Copy, Debug)]
pub struct Ports {
    /// Without TLS; STARTTLS is offered.
    pub imap: u16,
    pub imaps: u16,
    /// Without TLS, with and without a login; STARTTLS is offered.
    pub smtp: u16,
    /// STARTTLS is required.
    pub submission: u16,
    pub smtps: u16,
}

/// Both servers; they end when it is dropped.
pub struct PostOffice {
    dovecot: Option<Daemon>,
    postfix: Option<Daemon>,
    pub ports: Ports,
    folder: tempfile::TempDir,
}

impl PostOffice {
    /// Starts both and waits until both answer.
    pub fn open() -> Self {
        let folder = tempfile::Builder::new().prefix("post-").tempdir().expect("a folder for the mail");
        let root = fs::metadata(folder.path()).expect("its owner").uid() == 0;
        assert!(root, "Postfix starts for root only: run these tests as root, in a container for example");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o711)).expect("its mode");
        let mut office = Self { dovecot: None, postfix: None, ports: ports(), folder };
        office.prepare();
        // A port may be somebody else's by the time the server asks for it.
        for _ in 0..5 {
            if office.starts() {
                return office;
            }
            (office.dovecot, office.postfix) = (None, None);
            office.ports = ports();
        }
        panic!("the mail servers do not start:\n{}", office.logs());
    }

    fn starts(&mut self) -> bool {
        self.configure();
        self.start_imap() && self.start_smtp()
    }

    /// What Postfix hands mail for pipe.example to, as `nobody`, with sender and recipient; it may need these files.
    pub fn deliver_by(&self, script: &str, files: &[&Path]) {
        for file in files {
            fs::copy(file, self.path(&file.file_name().expect("a name").to_string_lossy())).expect("a copy");
        }
        let script = format!("#!/bin/sh\n{}\n", script.replace("FOLDER", &self.folder.path().display().to_string()));
        fs::write(self.path("deliver"), script).expect("a script");
        fs::set_permissions(self.path("deliver"), fs::Permissions::from_mode(0o755)).expect("its mode");
    }

    /// What Postfix took and could not deliver yet is tried again now.
    pub fn flush(&self) {
        let mut command = Command::new(server("postqueue", "postfix"));
        run(command.arg("-c").arg(self.path("postfix")).arg("-f"), b"").well();
    }

    /// How many mails Postfix keeps to try again.
    pub fn deferred(&self) -> usize {
        files(&self.path("spool/deferred")).len()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn certificate(&self) -> &'static Certificate {
        certificate()
    }

    /// What both servers wrote.
    pub fn logs(&self) -> String {
        let read = |name: &str| fs::read_to_string(self.path(name)).unwrap_or_default();
        ["dovecot.log", "dovecot.out", "postfix.log", "postfix.out"].map(read).join("\n")
    }

    /// A file with the password, as `password-file` asks for it.
    pub fn password_file(&self, password: &str) -> PathBuf {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let file = self.path(&format!("password-{}", NUMBER.fetch_add(1, Ordering::Relaxed)));
        fs::write(&file, format!("{password}\n")).expect("a file");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("its mode");
        file
    }

    /// Folders and files that stay the same whatever the ports are.
    fn prepare(&self) {
        let make = |name: &str, mode: u32, owner: Option<u32>, group: Option<u32>| {
            let path = self.path(name);
            fs::create_dir_all(&path).expect("a folder");
            chown(&path, owner, group).expect("its owner");
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("its mode");
        };
        make("homes", 0o755, Some(NOBODY), Some(NOBODY));
        for address in ADDRESSES {
            make(&format!("homes/{address}"), 0o755, Some(NOBODY), Some(NOBODY));
            for name in ["", "/new", "/cur", "/tmp", "/.Sent", "/.Sent/new", "/.Sent/cur", "/.Sent/tmp"] {
                make(&format!("homes/{address}/Maildir{name}"), 0o700, Some(NOBODY), Some(NOBODY));
            }
        }
        make("dovecot", 0o755, None, None);
        for name in ["", "/default", "/default/HS256"] {
            make(&format!("dovecot/keys{name}"), 0o755, None, None);
        }
        fs::write(self.path("dovecot/keys/default/HS256/default"), TOKENS_KEY).expect("a key");
        make("postfix", 0o755, None, None);
        make("spool", 0o755, None, None);
        make("spool/pid", 0o755, None, None);
        let (postfix, postdrop) = (number_of("/etc/passwd", "postfix"), number_of("/etc/group", "postdrop"));
        for name in "incoming active deferred corrupt defer bounce flush hold trace saved private".split(' ') {
            make(&format!("spool/{name}"), 0o700, Some(postfix), None);
        }
        make("spool/public", 0o710, Some(postfix), Some(postdrop));
        make("spool/maildrop", 0o730, Some(postfix), Some(postdrop));
        make("data", 0o700, Some(postfix), None);
        let users: String = ADDRESSES.iter().map(|address| format!("{address}:{PASSWORD}\n")).collect();
        fs::write(self.path("users"), users).expect("a file");
        let mailboxes: String = ADDRESSES.iter().map(|address| format!("{address} {address}/Maildir/\n")).collect();
        fs::write(self.path("mailboxes"), mailboxes).expect("a file");
        fs::write(self.path("transport"), "pipe.example deskline:\n").expect("a file");
    }

    fn configure(&self) {
        let files = [
            ("dovecot/dovecot.conf", include_str!("dovecot.conf")),
            ("dovecot/oauth2.conf", include_str!("oauth2.conf")),
            ("postfix/main.cf", include_str!("main.cf")),
            ("postfix/master.cf", include_str!("master.cf")),
        ];
        let certificate = certificate();
        let Ports { imap, imaps, smtp, submission, smtps } = self.ports;
        let daemons = server("master", "postfix").parent().expect("a folder").display().to_string();
        for (name, text) in files {
            let text = text
                .replace("FOLDER", &self.folder.path().display().to_string())
                .replace("CERTIFICATE", &certificate.server().display().to_string())
                .replace("KEY", &certificate.key().display().to_string())
                .replace("DAEMONS", &daemons)
                .replace("PORT-IMAPS", &imaps.to_string())
                .replace("PORT-IMAP", &imap.to_string())
                .replace("PORT-SMTPS", &smtps.to_string())
                .replace("PORT-SMTP", &smtp.to_string())
                .replace("PORT-SUBMISSION", &submission.to_string());
            fs::write(self.path(name), text).expect("a configuration");
        }
    }

    /// Starts Dovecot on its ports; false where it ended at once.
    pub fn start_imap(&mut self) -> bool {
        let mut command = Command::new(server("dovecot", "dovecot-imapd"));
        command.arg("-F").arg("-c").arg(self.path("dovecot/dovecot.conf"));
        let mut daemon = Daemon::start(&mut command, &self.path("dovecot.out"));
        let mut answers = false;
        until("Dovecot answers", || {
            answers = Imap::connect(self.ports.imap).is_ok();
            answers || !daemon.runs()
        });
        self.dovecot = answers.then_some(daemon);
        answers
    }

    /// Starts Postfix on its ports; false where it ended at once.
    pub fn start_smtp(&mut self) -> bool {
        let mut command = Command::new(server("master", "postfix"));
        command.arg("-c").arg(self.path("postfix")).arg("-d").env("MAIL_CONFIG", self.path("postfix"));
        let mut daemon = Daemon::start(&mut command, &self.path("postfix.out"));
        let mut answers = false;
        until("Postfix answers", || {
            answers = Smtp::connect(self.ports.smtp).and_then(Smtp::leaves).is_ok();
            answers || !daemon.runs()
        });
        self.postfix = answers.then_some(daemon);
        answers
    }

    /// Dovecot is down: connections are refused.
    pub fn stop_imap(&mut self) {
        self.dovecot.take().expect("a running server").stop();
    }

    /// Postfix is down, after it has delivered what it took.
    pub fn stop_smtp(&mut self) {
        self.settled();
        self.postfix.take().expect("a running server").stop();
    }

    /// A customer's mail program hands in a mail; it lies in its mailboxes when this returns.
    #[track_caller]
    pub fn send(&self, from: &str, to: &[&str], mail: &str) {
        self.hand_in(from, to, mail);
        self.settled();
    }

    /// The same without waiting for where it goes.
    #[track_caller]
    pub fn hand_in(&self, from: &str, to: &[&str], mail: &str) {
        let mut smtp = Smtp::connect(self.ports.smtp).expect("a connection");
        smtp.sends(from, to, mail).expect("it is taken");
        smtp.leaves().expect("a good end");
    }

    /// Waits until Postfix has delivered everything that it took.
    #[track_caller]
    pub fn settled(&self) {
        let is_empty =
            |name: &str| fs::read_dir(self.path(&format!("spool/{name}"))).expect("a queue").next().is_none();
        until("everything is delivered", || ["maildrop", "incoming", "active", "deferred"].into_iter().all(is_empty));
    }

    /// Puts a mail into a mailbox without SMTP, as fast as the disk is.
    pub fn put(&self, address: &str, mail: &str) {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let maildir = self.maildir(address);
        let since = SystemTime::UNIX_EPOCH.elapsed().expect("a clock");
        let name = format!("{}.P{}Q{number}M{}.tests", since.as_secs(), std::process::id(), since.subsec_micros());
        let file = maildir.join("tmp").join(&name);
        fs::write(&file, mail).expect("a file");
        chown(&file, Some(NOBODY), Some(NOBODY)).expect("its owner");
        fs::rename(file, maildir.join("new").join(name)).expect("a move");
    }

    pub fn maildir(&self, address: &str) -> PathBuf {
        assert!(ADDRESSES.contains(&address), "{address} has no mailbox");
        self.path(&format!("homes/{address}/Maildir"))
    }

    /// Makes Dovecot give other numbers to all mails of a mailbox, under another UIDVALIDITY; while it is down.
    pub fn forget_numbers(&self, address: &str) {
        assert!(self.dovecot.is_none(), "it would write them again");
        for file in files(&self.maildir(address)) {
            if file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("dovecot")) {
                fs::remove_file(file).expect("a removed file");
            }
        }
    }

    /// Every mail in a mailbox as it lies on the disk, the oldest first.
    pub fn mails(&self, address: &str) -> Vec<String> {
        let maildir = self.maildir(address);
        let mut files: Vec<(Duration, PathBuf)> =
            ["new", "cur"].iter().flat_map(|name| files(&maildir.join(name))).map(|file| (when(&file), file)).collect();
        files.sort();
        // One may be moved from new to cur between the list and the read.
        let read = |file: &Path| fs::read(file).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        files.iter().filter_map(|(_, file)| read(file)).collect()
    }

    /// An IMAP connection of the address, in a folder.
    pub fn imap(&self, address: &str, folder: &str) -> Imap {
        Imap::opened(self.ports.imap, address, PASSWORD, folder).expect("an open folder")
    }

    /// How many mails in the inbox have the flag `\Seen`, and how many there are.
    pub fn seen(&self, address: &str) -> (usize, usize) {
        let mut imap = self.imap(address, "INBOX");
        let lines = imap.asks("UID FETCH 1:* (FLAGS)").expect("flags");
        let lines: Vec<_> = lines.iter().map(|line| String::from_utf8_lossy(line)).collect();
        let of_mail = lines.iter().filter(|line| line.contains("FETCH"));
        (of_mail.clone().filter(|line| line.contains("\\Seen")).count(), of_mail.count())
    }
}

/// Postfix and the tests name files with the second first and the microseconds behind an M.
fn when(file: &Path) -> Duration {
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let digits = |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap_or(0);
    let micros = name.rsplit_once('M').map_or(0, |(_, rest)| digits(rest));
    Duration::from_secs(digits(&name)) + Duration::from_micros(micros)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect()
}

/// The number of a user or a group of this machine.
fn number_of(file: &str, name: &str) -> u32 {
    let text = fs::read_to_string(file).expect("the machine's users");
    let mut lines = text.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let fields = lines.find(|fields| fields.first() == Some(&name));
    let number = fields.and_then(|fields| fields.get(2)?.parse().ok());
    number.unwrap_or_else(|| panic!("“{name}” is not in {file}: apt-get install postfix makes it"))
}

fn ports() -> Ports {
    Ports { imap: free_port(), imaps: free_port(), smtp: free_port(), submission: free_port(), smtps: free_port() }
}
