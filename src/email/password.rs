//! Where the password or the token is that a server asks for: a file or a command, read anew for each login, kept by nobody.

use super::{Trouble, TroubleKind};
use crate::config::PasswordPlace;
use std::{
    fmt,
    fs::File,
    io::{self, Read as _},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

/// The longest that a password may be, with its line end; tokens of large houses have several thousand letters.
const LONGEST: u64 = 16 * 1024;
/// How often a command is looked at that has not ended.
const LOOK: Duration = Duration::from_millis(20);

/// A password, or the token that stands in for one. It is never shown, not even in what is printed to find mistakes.
#[derive(Clone, PartialEq, Eq)]
pub struct Password {
    secret: String,
    is_token: bool,
}

impl fmt::Debug for Password {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Password")
    }
}

impl Password {
    /// Reads it; a command has so long to print it.
    ///
    /// # Errors
    /// A sentence that says where it could not be read, without a word of what stands there.
    pub fn read(place: &PasswordPlace, patience: Duration) -> Result<Self, Trouble> {
        let text = match place {
            PasswordPlace::File(file) => from_file(file)?,
            PasswordPlace::Command(words) | PasswordPlace::Token(words) => {
                from_command(words, &named(place), patience)?
            }
        };
        let is_token = matches!(place, PasswordPlace::Token(_));
        let what = if is_token { "token" } else { "password" };
        let line = text.lines().next().unwrap_or_default();
        if line.is_empty() {
            return Err(setup(format!("{} has no {what} in its first line.", capital(&named(place)))));
        }
        if line.chars().any(char::is_control) {
            return Err(setup(format!("{} has a {what} with characters that cannot be sent.", capital(&named(place)))));
        }
        Ok(Self { secret: line.to_owned(), is_token })
    }

    /// The password or the token itself, for the server.
    pub fn reveal(&self) -> &str {
        &self.secret
    }

    /// Whether it is an access token, which is said in another way (XOAUTH2).
    pub const fn is_token(&self) -> bool {
        self.is_token
    }

    /// What to look at where a server does not take it.
    pub const fn help(&self) -> &str {
        if self.is_token {
            "Look at the user in the configuration, and at the token: is it for this user, and for mail?"
        } else {
            "Look at the user in the configuration, and at the password."
        }
    }
}

fn setup(sentence: String) -> Trouble {
    Trouble::new(TroubleKind::Setup, sentence)
}

fn named(place: &PasswordPlace) -> String {
    match place {
        PasswordPlace::File(file) => format!("the password file {}", file.display()),
        // The arguments may be secret.
        PasswordPlace::Command(words) => {
            format!("the password command “{}”", words.first().map(String::as_str).unwrap_or_default())
        }
        PasswordPlace::Token(words) => {
            format!("the token command “{}”", words.first().map(String::as_str).unwrap_or_default())
        }
    }
}

fn capital(text: &str) -> String {
    text.replacen("the ", "The ", 1)
}

fn from_file(file: &Path) -> Result<String, Trouble> {
    let place = named(&PasswordPlace::File(file.to_owned()));
    let opened = File::open(file).map_err(|error| setup(format!("{} cannot be read: {error}.", capital(&place))))?;
    text(&place, opened)
}

fn text(place: &str, from: impl io::Read) -> Result<String, Trouble> {
    let mut bytes = Vec::new();
    from.take(LONGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| setup(format!("{} cannot be read: {error}.", capital(place))))?;
    if bytes.len() as u64 > LONGEST {
        return Err(setup(format!("{} has more in it than a password or a token.", capital(place))));
    }
    String::from_utf8(bytes).map_err(|_| setup(format!("{} is not UTF-8.", capital(place))))
}

fn from_command(words: &[String], place: &str, patience: Duration) -> Result<String, Trouble> {
    let Some((program, arguments)) = words.split_first() else {
        return Err(setup(format!("{} names no program.", capital(place))));
    };
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| setup(format!("{} cannot be started: {error}.", capital(place))))?;
    let printed = child.stdout.take();
    // On a thread of its own: whoever inherited its end may keep it open for ever.
    let (tell, told) = std::sync::mpsc::channel();
    let at = place.to_owned();
    thread::spawn(move || {
        let _ = tell.send(printed.map_or_else(|| Ok(String::new()), |printed| text(&at, printed)));
    });
    let started = Instant::now();
    let status = ended(&mut child, started, patience)
        .map_err(|error| setup(format!("{} cannot be waited for: {error}.", capital(place))))?;
    let Some(status) = status else {
        return Err(setup(format!(
            "{} did not end within {} seconds. Call it by hand: does it ask for something?",
            capital(place),
            patience.as_secs()
        )));
    };
    if !status.success() {
        return Err(setup(format!("{} failed ({status}). Call it by hand to see why.", capital(place))));
    }
    told.recv_timeout(patience).unwrap_or_else(|_| Err(setup(format!("{} never ends what it prints.", capital(place)))))
}

fn ended(child: &mut Child, started: Instant, patience: Duration) -> io::Result<Option<ExitStatus>> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if started.elapsed() >= patience {
            let _ = child.kill();
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(LOOK);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(20);

    fn command(script: &str, patience: Duration) -> Result<Password, Trouble> {
        Password::read(&PasswordPlace::Command(vec!["sh".into(), "-c".into(), script.into()]), patience)
    }

    #[test]
    fn it_is_the_first_line_of_a_file_and_never_printed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("password");
        let read = |content: &[u8]| {
            std::fs::write(&file, content).unwrap();
            Password::read(&PasswordPlace::File(file.clone()), PATIENCE)
        };
        let password = read(b"hunter2 \r\nsecond\n").unwrap();
        assert_eq!((password.reveal(), format!("{password:?}").as_str()), ("hunter2 ", "Password"));
        let long = b"a".repeat(17_000);
        for content in [&b""[..], b"\nhunter2", b"hun\x07ter2", b"hunter\xff", &long] {
            let error = read(content).unwrap_err().to_string();
            assert!(error.starts_with("The password file") && !error.contains("ter2"), "{error}");
        }
        let missing = Password::read(&PasswordPlace::File(folder.path().join("none")), PATIENCE).unwrap_err();
        assert!(missing.sentence.contains("cannot be read"), "{missing}");
    }

    #[test]
    fn a_command_prints_it_or_is_named_without_its_arguments() {
        assert_eq!(command("echo hunter2; echo more", PATIENCE).unwrap().reveal(), "hunter2");
        let words = ["sh", "-c", "echo ya29.token"].map(str::to_owned).to_vec();
        let token = Password::read(&PasswordPlace::Token(words), PATIENCE).unwrap();
        assert!(token.is_token() && token.reveal() == "ya29.token" && !command("echo a", PATIENCE).unwrap().is_token());
        let none = Password::read(&PasswordPlace::Token(vec!["true".into()]), PATIENCE).unwrap_err();
        assert_eq!(none.sentence, "The token command “true” has no token in its first line.");
        for (script, word) in [("echo hunter2; exit 3", "failed"), ("true", "no password"), ("yes hunter2", "failed")] {
            let error = command(script, PATIENCE).unwrap_err().to_string();
            assert!(error.contains("“sh”") && !error.contains("hunter2"), "{error}");
            assert!(error.contains(word) || error.contains("more in it"), "{error}");
        }
        let slow = command("exec sleep 600", Duration::from_millis(50)).unwrap_err();
        assert!(slow.sentence.contains("did not end"), "{slow}");
        let none = Password::read(&PasswordPlace::Command(vec!["/nowhere/pass".into(), "x".into()]), PATIENCE);
        assert!(none.unwrap_err().sentence.contains("cannot be started"));
    }
}
