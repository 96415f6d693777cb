//! What file, environment and flags settle, read once; nothing else reads the environment.

mod mail;

pub use mail::{
    HistoryBefore, MailAccount, MailSending, MailServer, MailSource, PasswordPlace, Security, SentFolder, is_loopback,
    readable_by_others,
};

use mail::WrittenAccounts;
use serde::Deserialize;
use std::{
    ffi::OsString,
    fmt, io,
    ops::Range,
    path::{Path, PathBuf},
};
use thiserror::Error;

/// What the command line settles.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flags {
    /// `--desk`.
    pub desk: Option<PathBuf>,
    /// `--as`.
    pub actor: Option<String>,
}

/// Who settled a value; the first in this order wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// An option of the command line.
    Flag(&'static str),
    /// An environment variable.
    Environment(&'static str),
    /// The configuration file.
    File,
    /// Nobody: what deskline does by itself.
    Default,
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) => formatter.pad(name),
            Self::Environment(name) => formatter.pad(&format!("${name}")),
            Self::File => formatter.pad("file"),
            Self::Default => formatter.pad("default"),
        }
    }
}

/// A value with who settled it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled<T> {
    /// The value.
    pub value: T,
    /// Who settled it.
    pub source: Source,
}

/// Which colours deskline uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// The terminal's own sixteen.
    Terminal,
    /// None.
    None,
}

impl fmt::Display for Theme {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Terminal => "terminal",
            Self::None => "none",
        })
    }
}

/// What is in force for one run of the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Where the configuration file is, or would be; `None` without a home directory.
    pub file: Option<PathBuf>,
    /// Whether there is a file at that place.
    pub file_found: bool,
    /// The desk file; `None` where neither flag, environment, file nor a home directory says one.
    pub desk: Option<Settled<PathBuf>>,
    /// The handle of the agent who acts; `None`: the only active one.
    pub actor: Option<Settled<String>>,
    /// The user's own keymap file.
    pub keymap: Option<Settled<PathBuf>>,
    /// Which colours.
    pub theme: Settled<Theme>,
    /// Where files for a moment go (`$TMPDIR`, else `/tmp`).
    pub temporary: PathBuf,
    /// The command that opens a text in an editor (`$VISUAL`, `$EDITOR`).
    pub editor: Option<String>,
    /// Where files are saved (`$XDG_DOWNLOAD_DIR`, else `Downloads` in the home folder, else that itself): the first that is
    /// there.
    pub downloads: Vec<PathBuf>,
    /// The home folder (`$HOME`).
    pub home: Option<PathBuf>,
    /// Whether the terminal can only print lines (`TERM=dumb`).
    pub dumb_terminal: bool,
    /// The support mailboxes, by their names.
    pub mail: Vec<MailAccount>,
    /// From whom a mail server says the mail is that it hands over (`$SENDER`); empty: from nobody who could be answered.
    pub envelope_from: Option<String>,
    /// To whom it says that the mail is (`$RECIPIENT`).
    pub envelope_to: Option<String>,
}

/// Why the configuration cannot be used; each sentence names the file or variable.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// `$DESKLINE_CONFIG` names a file that is not there.
    #[error("There is no configuration file {}, which $DESKLINE_CONFIG names.", .0.display())]
    Missing(PathBuf),
    /// The file cannot be read.
    #[error("The configuration file {} cannot be read: {reason}.", file.display())]
    Unreadable {
        /// Which file.
        file: PathBuf,
        /// What the system says.
        reason: io::Error,
    },
    /// The file is not what deskline understands.
    #[error("The configuration file {} is wrong{}: {reason}.", file.display(), at(*line))]
    Wrong {
        /// Which file.
        file: PathBuf,
        /// The line, from 1, where it is known.
        line: Option<usize>,
        /// What is wrong there.
        reason: String,
    },
    /// An environment variable holds what is no text.
    #[error("${0} is not valid UTF-8. Set it to plain text.")]
    NotText(&'static str),
}

fn at(line: Option<usize>) -> String {
    line.map(|line| format!(" in line {line}")).unwrap_or_default()
}

/// The file as written; an unknown key is an error, since it is most often a misspelled one.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(rename = "as")]
    actor: Option<String>,
    desk: Option<PathBuf>,
    keymap: Option<PathBuf>,
    theme: Option<Theme>,
    #[serde(default)]
    mail: WrittenAccounts,
}

impl Config {
    /// Settles everything from the flags, this process's environment and the configuration file.
    ///
    /// # Errors
    /// A sentence that names the file or variable that cannot be used.
    pub fn load(flags: &Flags) -> Result<Self, ConfigError> {
        Self::settle(flags, &|name| std::env::var_os(name))
    }

    fn settle(flags: &Flags, lookup: &dyn Fn(&'static str) -> Option<OsString>) -> Result<Self, ConfigError> {
        let environment = Environment { lookup };
        let home = environment.path("HOME").filter(|path| path.is_absolute());
        let folder = |variable, below: &str| {
            let named = environment.path(variable).filter(|path| path.is_absolute());
            named.or_else(|| home.as_ref().map(|home| home.join(below))).map(|base| base.join("deskline"))
        };
        let named = environment.path("DESKLINE_CONFIG");
        let file =
            named.clone().or_else(|| folder("XDG_CONFIG_HOME", ".config").map(|folder| folder.join("config.toml")));
        let text = file.as_deref().map(read).transpose()?.flatten();
        if let (Some(named), None) = (named, &text) {
            return Err(ConfigError::Missing(named));
        }
        let file_found = text.is_some();
        let own = file.as_deref().unwrap_or(Path::new("."));
        let base = own.parent().unwrap_or(Path::new("."));
        let place = |path: PathBuf| beside(base, home.as_deref(), path);
        let text = text.unwrap_or_default();
        let Written { actor, desk, keymap, theme, mail } =
            toml::from_str(&text).map_err(|error| wrong(own, &text, error.span(), error.message()))?;
        let mail = mail.settle(&place).map_err(|mistake| wrong(own, &text, Some(mistake.place), &mistake.reason))?;
        let from_file = |path: Option<PathBuf>| path.map(|path| Settled { value: place(path), source: Source::File });

        Ok(Self {
            desk: settled(flags.desk.clone(), Source::Flag("--desk"))
                .or_else(|| settled(environment.path("DESKLINE_DESK"), Source::Environment("DESKLINE_DESK")))
                .or_else(|| from_file(desk))
                .or_else(|| {
                    settled(
                        folder("XDG_DATA_HOME", ".local/share").map(|folder| folder.join("desk.db")),
                        Source::Default,
                    )
                }),
            actor: settled(flags.actor.clone(), Source::Flag("--as"))
                .or(settled(environment.text("DESKLINE_AS")?, Source::Environment("DESKLINE_AS")))
                .or(settled(actor, Source::File)),
            keymap: from_file(keymap),
            theme: environment
                .no_color()
                .or(settled(theme, Source::File))
                .unwrap_or(Settled { value: Theme::Terminal, source: Source::Default }),
            temporary: environment.path("TMPDIR").unwrap_or_else(|| "/tmp".into()),
            editor: environment.text("VISUAL")?.or(environment.text("EDITOR")?),
            downloads: environment
                .path("XDG_DOWNLOAD_DIR")
                .filter(|path| path.is_absolute())
                .into_iter()
                .chain(home.iter().flat_map(|home| [home.join("Downloads"), home.clone()]))
                .collect(),
            dumb_terminal: environment.dumb_terminal(),
            home,
            mail,
            envelope_from: environment.anything("SENDER"),
            envelope_to: environment.anything("RECIPIENT"),
            file_found,
            file,
        })
    }
}

struct Environment<'a> {
    lookup: &'a dyn Fn(&'static str) -> Option<OsString>,
}

impl Environment<'_> {
    /// An empty variable counts as unset, as the XDG and `NO_COLOR` conventions say.
    fn value(&self, name: &'static str) -> Option<OsString> {
        (self.lookup)(name).filter(|value| !value.is_empty())
    }

    fn dumb_terminal(&self) -> bool {
        self.value("TERM").is_some_and(|name| name == "dumb")
    }

    fn no_color(&self) -> Option<Settled<Theme>> {
        let variable = if self.dumb_terminal() { Some("TERM") } else { self.value("NO_COLOR").map(|_| "NO_COLOR") };
        variable.map(|name| Settled { value: Theme::None, source: Source::Environment(name) })
    }

    /// What mail servers set need not be text, and no mail may be lost for that.
    fn anything(&self, name: &'static str) -> Option<String> {
        (self.lookup)(name).map(|value| value.to_string_lossy().into_owned())
    }

    fn path(&self, name: &'static str) -> Option<PathBuf> {
        self.value(name).map(PathBuf::from)
    }

    fn text(&self, name: &'static str) -> Result<Option<String>, ConfigError> {
        self.value(name).map(|value| value.into_string().map_err(|_| ConfigError::NotText(name))).transpose()
    }
}

fn settled<T>(value: Option<T>, source: Source) -> Option<Settled<T>> {
    value.map(|value| Settled { value, source })
}

/// A path of the file is relative to the file's own folder, so that it means the same wherever deskline is called.
fn beside(base: &Path, home: Option<&Path>, path: PathBuf) -> PathBuf {
    match (path.strip_prefix("~"), home) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => base.join(path),
    }
}

fn read(file: &Path) -> Result<Option<String>, ConfigError> {
    match std::fs::read_to_string(file) {
        Ok(text) => Ok(Some(text)),
        Err(reason) if reason.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(reason) => Err(ConfigError::Unreadable { file: file.to_owned(), reason }),
    }
}

fn wrong(file: &Path, text: &str, place: Option<Range<usize>>, reason: &str) -> ConfigError {
    ConfigError::Wrong {
        file: file.to_owned(),
        line: place.and_then(|place| text.get(..place.start)).map(|before| before.matches('\n').count() + 1),
        reason: reason.trim_end_matches('.').replace('\n', " "),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::collections::HashMap;

    fn settle(flags: &Flags, variables: &[(&'static str, &str)]) -> Result<Config, ConfigError> {
        let variables: HashMap<_, _> = variables.iter().copied().collect();
        Config::settle(flags, &|name| variables.get(name).map(OsString::from))
    }

    fn written(text: &str) -> (tempfile::TempDir, String) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("own.toml");
        std::fs::write(&file, text).unwrap();
        (folder, file.to_str().unwrap().to_owned())
    }

    #[test]
    fn the_desk_comes_from_flag_environment_file_and_home_in_this_order() {
        let (folder, file) = written("desk = \"team.db\"\n");
        let flags = Flags { desk: Some("flag.db".into()), actor: None };
        let all = [("HOME", "/home/ana"), ("DESKLINE_DESK", "/environment.db"), ("DESKLINE_CONFIG", file.as_str())];
        let desk = |flags: &Flags, variables: &[(&'static str, &str)]| settle(flags, variables).unwrap().desk.unwrap();

        assert_eq!(desk(&flags, &all), Settled { value: "flag.db".into(), source: Source::Flag("--desk") });
        let none = Flags::default();
        assert_eq!(
            desk(&none, &all),
            Settled { value: "/environment.db".into(), source: Source::Environment("DESKLINE_DESK") }
        );
        let file_only = [all[0], ("DESKLINE_DESK", ""), all[2]];
        assert_eq!(desk(&none, &file_only), Settled { value: folder.path().join("team.db"), source: Source::File });
        let home = desk(&none, &all[..1]);
        assert_eq!(home, Settled { value: "/home/ana/.local/share/deskline/desk.db".into(), source: Source::Default });
        let data = desk(&none, &[all[0], ("XDG_DATA_HOME", "/data")]);
        assert_eq!(data.value, PathBuf::from("/data/deskline/desk.db"));
        let relative = desk(&none, &[all[0], ("XDG_DATA_HOME", "data")]);
        assert_eq!(relative.value, home.value, "the XDG convention ignores relative folders");
        assert_eq!(settle(&none, &[]).unwrap().desk, None);
    }

    #[test]
    fn files_are_saved_where_the_environment_says_or_at_home() {
        let downloads = |variables: &[(&'static str, &str)]| settle(&Flags::default(), variables).unwrap().downloads;
        let paths = |all: &[&str]| all.iter().map(PathBuf::from).collect::<Vec<_>>();
        let home = ("HOME", "/home/ana");
        assert_eq!(downloads(&[home]), paths(&["/home/ana/Downloads", "/home/ana"]));
        let named = downloads(&[home, ("XDG_DOWNLOAD_DIR", "/data/in")]);
        assert_eq!(named, paths(&["/data/in", "/home/ana/Downloads", "/home/ana"]));
        assert_eq!(downloads(&[home, ("XDG_DOWNLOAD_DIR", "in")]), paths(&["/home/ana/Downloads", "/home/ana"]));
        assert_eq!(downloads(&[]), paths(&[]));
    }

    #[test]
    fn a_wrong_file_is_named_with_its_line() {
        let (_folder, file) = written("as = \"ana\"\nkeympa = \"mine.toml\"\n");
        let error = settle(&Flags::default(), &[("DESKLINE_CONFIG", file.as_str())]).unwrap_err().to_string();
        assert!(error.contains(&file) && error.contains("in line 2") && error.contains("keympa"), "{error}");
    }

    #[test]
    fn a_named_file_that_is_missing_is_an_error_and_a_default_one_is_not() {
        let missing = settle(&Flags::default(), &[("DESKLINE_CONFIG", "/nowhere/config.toml")]);
        assert!(matches!(missing, Err(ConfigError::Missing(_))));
        let config = settle(&Flags::default(), &[("HOME", "/nowhere")]).unwrap();
        assert_eq!((config.file_found, config.file), (false, Some("/nowhere/.config/deskline/config.toml".into())));
    }

    #[test]
    fn a_tilde_in_the_file_is_the_home_directory() {
        let (_folder, file) = written("as = \"ana\"\nkeymap = \"~/keys.toml\"\n");
        let config = settle(&Flags::default(), &[("HOME", "/home/ana"), ("DESKLINE_CONFIG", file.as_str())]).unwrap();
        assert_eq!(config.keymap.unwrap().value, PathBuf::from("/home/ana/keys.toml"));
        assert_eq!(config.actor, Some(Settled { value: "ana".into(), source: Source::File }));
    }

    #[test]
    fn no_color_and_a_dumb_terminal_win_over_the_theme_of_the_file() {
        let (_folder, file) = written("theme = \"terminal\"\n");
        let theme =
            |variable| settle(&Flags::default(), &[("DESKLINE_CONFIG", file.as_str()), variable]).unwrap().theme;
        assert_eq!(theme(("NO_COLOR", "")), Settled { value: Theme::Terminal, source: Source::File });
        assert_eq!(theme(("NO_COLOR", "1")).value, Theme::None);
        assert_eq!(theme(("TERM", "dumb")).source, Source::Environment("TERM"));
        let (_other, file) = written("theme = \"pink\"\n");
        let error = settle(&Flags::default(), &[("DESKLINE_CONFIG", file.as_str())]).unwrap_err().to_string();
        assert!(error.contains("line 1") && error.contains("pink"), "{error}");
    }

    const MAILBOX: &str = "[mail.support]
address = \"support@Acme.example\"
group = \"Support\"
imap = \"imaps://support@mail.acme.example\"
smtp = \"submission://support@mail.acme.example:587\"
password-file = \"support.password\"
sent = \"Sent\"
ca-file = \"~/own.pem\"
";

    fn mail(text: &str) -> Result<Vec<MailAccount>, String> {
        let (_folder, file) = written(text);
        let variables = [("HOME", "/home/ana"), ("DESKLINE_CONFIG", file.as_str())];
        settle(&Flags::default(), &variables)
            .map(|config| config.mail)
            .map_err(|error| error.to_string().replace(&file, "own.toml"))
    }

    #[test]
    fn a_mailbox_is_read_as_it_is_written() {
        let (folder, file) = written(MAILBOX);
        let variables = [("HOME", "/home/ana"), ("DESKLINE_CONFIG", file.as_str()), ("SENDER", "")];
        let config = settle(&Flags::default(), &variables).unwrap();
        let server = |security, port| MailServer {
            security,
            host: "mail.acme.example".into(),
            port,
            user: Some("support".into()),
        };
        let account = MailAccount {
            name: "support".into(),
            address: "support@acme.example".into(),
            group: Some("Support".into()),
            source: MailSource::Imap(server(Security::Tls, 993)),
            sending: Some(MailSending::Smtp(server(Security::StartTls, 587))),
            password: Some(PasswordPlace::File(folder.path().join("support.password"))),
            sent: SentFolder::Named("Sent".into()),
            authority: Some("/home/ana/own.pem".into()),
            history: HistoryBefore::Connected,
            tags: true,
        };
        assert_eq!(config.mail, [account]);
        assert_eq!(config.envelope_from.as_deref(), Some(""), "the empty sender is one");
        assert_eq!(config.envelope_to, None);
    }

    #[test]
    fn a_mailbox_whose_server_takes_no_tags_says_so() {
        let with = |line: &str| mail(&MAILBOX.replace("sent =", &format!("{line}\nsent ="))).map(|all| all[0].tags);
        assert_eq!((with(""), with("tags = true"), with("tags = false")), (Ok(true), Ok(true), Ok(false)));
    }

    #[test]
    fn mail_may_come_through_folders_and_pipes_and_leave_through_a_program() {
        let text = "[mail.b]\naddress = \"b@acme.example\"\nmaildir = \"/var/mail/b\"\nsent = \"\"\nsendmail = \"/usr/sbin/sendmail\"\n[mail.a]\naddress = \"a@acme.example\"\n";
        let accounts = mail(text).unwrap();
        assert_eq!(accounts.iter().map(|account| account.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!((&accounts[0].source, &accounts[0].sent), (&MailSource::Pipe, &SentFolder::Found));
        assert_eq!(accounts[1].source, MailSource::Maildir("/var/mail/b".into()));
        assert_eq!(accounts[1].sending, Some(MailSending::Sendmail("/usr/sbin/sendmail".into())));
        assert_eq!(accounts[1].sent, SentFolder::Unread);
        let history =
            |words| mail(&MAILBOX.replace("sent =", &format!("history-before = {words}\nsent ="))).unwrap()[0].history;
        let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 14).unwrap();
        assert_eq!((history("\"2026-11-14\""), history("\"never\"")), (HistoryBefore::Day(day), HistoryBefore::Never));
        assert!(mail("").unwrap().is_empty());
        assert!(accounts[0].takes("A+7k2m@ACME.example") && !accounts[0].takes("b@acme.example"));
    }

    #[test]
    fn what_is_wrong_with_a_mailbox_is_said_with_its_line() {
        let with = |from: &str, to: &str| MAILBOX.replace(from, to);
        for (text, line, word) in [
            (with("group =", "grup ="), 3, "grup"),
            (with("address = \"support@Acme.example\"\n", ""), 1, "says no address"),
            (with("support@Acme", "support"), 2, "no “@”"),
            (with("support@Acme.example", "support+x@acme.example"), 2, "“+”"),
            (with("support@Acme.example", "Support <support@acme.example>"), 2, "address is none"),
            (with("imaps://support@", "imap://support@"), 4, "readable by everybody"),
            (with("imaps://support@", "imaps://support:hunter2@"), 4, "password-file"),
            (with("submission:", "imaps:"), 5, "does not speak"),
            (with("password-file = \"support.password\"\n", ""), 1, "says the password"),
            (with("password-file =", "password ="), 6, "does not belong here"),
            (with("sent =", "password-command = [\"pass\"]\nsent ="), 7, "keep one"),
            (with("sent =", "token-command = [\"oauth\"]\nsent ="), 7, "keep one"),
            (
                with("password-file = \"support.password\"", "token-command = [\"\"]"),
                6,
                "token-command names no program",
            ),
            (with("password-file = \"support.password\"", "password-command = []"), 6, "names no program"),
            (with("sent =", "maildir = \"x\"\nsent ="), 7, "keep one"),
            (with("sent =", "sendmail = \"x\"\nsent ="), 7, "keep one"),
            (with("\"Sent\"", "\"Se\\nnt\""), 7, "one line"),
            (with("sent =", "history-before = \"2026-11-31\"\nsent ="), 7, "is a day"),
            (with("sent =", "history-before = \"2026-1-4\"\nsent ="), 7, "is a day"),
            (with("sent =", "history-before = \"Never\"\nsent ="), 7, "is a day"),
            (with("sent =", "history-before = \"\"\nsent ="), 7, "is a day"),
            (with("sent =", "history-before = 2026-11-14\nsent ="), 7, "string"),
            (with("sent =", "tags = \"off\"\nsent ="), 7, "boolean"),
            (format!("{MAILBOX}[mail.b]\naddress = \"b@acme.example\"\nhistory-before = \"never\"\n"), 11, "piped in"),
            (with("mail.support", "mail.Support"), 1, "usable name"),
            (format!("{MAILBOX}[mail.other]\naddress = \"support@acme.example\"\n"), 2, "its own"),
            (format!("{MAILBOX}[mail.other]\naddress = 7\n"), 10, "string"),
        ] {
            let error = mail(&text).unwrap_err();
            assert!(error.contains(&format!("in line {line}:")) && error.contains(word), "{text}\n{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
