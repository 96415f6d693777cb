//! Handing mail over to a program like sendmail.

use super::{
    TroubleKind,
    build::{Built, on_the_way},
    said,
    send::Handed,
};
use std::{
    fs::File,
    io::{self, Read as _, Seek as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
    process::{Command, Stdio},
    sync::{
        atomic::{AtomicU32, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

/// How long it may take, over the time that a large mail has: some such programs send it themselves.
const PATIENCE: Duration = Duration::from_mins(3);

/// Hands a mail to a program that takes it as sendmail does: the mail on its standard input, the envelope as arguments. What
/// is on its input when that ends is what it sends, so it gets a file with the whole mail: a pipe would end in the middle
/// with this process. `begins` is asked before it is started.
pub fn by_program(program: &Path, mail: &Built, begins: &mut dyn FnMut() -> bool) -> Handed {
    let name = program.display();
    let not_now = |words: String| Handed::NotNow { words, mailbox: Some(TroubleKind::Setup) };
    let sender = mail.envelope.from().map_or("<>", AsRef::as_ref);
    // Such programs expect the line ends of files.
    let bytes = String::from_utf8_lossy(&mail.bytes).replace("\r\n", "\n");
    let kept = whole(bytes.as_bytes()).and_then(|input| Ok((input.try_clone()?, input)));
    let (input, mut read) = match kept {
        Ok(files) => files,
        Err(error) => return not_now(format!("The mail cannot be laid down for {name}: {error}.")),
    };
    if !begins() {
        // Nothing is wrong with the mailbox.
        let words = format!("{name} was not started: its turn was over, or it may not leave any more.");
        return Handed::NotNow { words, mailbox: None };
    }
    let started = Command::new(program)
        .args(["-i", "-f", sender, "--"])
        .args(mail.envelope.to().iter().map(AsRef::<str>::as_ref))
        .stdin(input)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = match started {
        Ok(child) => child,
        Err(error) => return not_now(format!("{name} cannot be started: {error}.")),
    };
    let stderr = child.stderr.take();
    let (say, heard) = mpsc::channel();
    thread::spawn(move || {
        let mut words = Vec::new();
        if let Some(stderr) = stderr {
            let _ = stderr.take(2_000).read_to_end(&mut words);
        }
        let _ = say.send(said(&String::from_utf8_lossy(&words), ""));
    });
    let end = Instant::now() + patience(bytes.len());
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if Instant::now() < end => thread::sleep(Duration::from_millis(10)),
            Ok(None) | Err(_) => {
                let _ = child.kill();
                let _ = child.wait();
                return Handed::Unknown(format!("{name} did not end, so that nobody knows whether it took the mail."));
            }
        }
    };
    // The place in the file is the program's own.
    let whole = read.stream_position().is_ok_and(|place| place >= bytes.len() as u64);
    // A child of the program's own may keep that open for long.
    let words = heard.recv_timeout(Duration::from_secs(1)).unwrap_or_default();
    match status.code() {
        Some(0) if whole => Handed::Over,
        Some(0) => Handed::NotNow { words: format!("{name} did not read the whole mail."), mailbox: None },
        // What sysexits calls bad data, no such user and no such host.
        Some(code @ (65 | 67 | 68)) => Handed::Never(format!("{name} refused it ({code}): {words}")),
        Some(code @ 75) => {
            Handed::NotNow { words: format!("{name} cannot take it now ({code}): {words}"), mailbox: None }
        }
        Some(code) => {
            Handed::NotNow { words: format!("{name} failed ({code}): {words}"), mailbox: Some(TroubleKind::Setup) }
        }
        None => Handed::Unknown(format!("{name} was killed, so that nobody knows whether it took the mail.")),
    }
}

/// How long it may take for a mail of so many bytes.
fn patience(bytes: usize) -> Duration {
    PATIENCE + on_the_way(bytes)
}

/// A file that only this process can open, which is gone with whoever reads it last.
fn whole(bytes: &[u8]) -> io::Result<File> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let place = std::env::temp_dir().join(format!("deskline-mail-{}-{number}", std::process::id()));
    // What an earlier process of this number left behind; another one's cannot be taken away, and is not used.
    let _ = std::fs::remove_file(&place);
    let mut file = File::options().read(true).write(true).create_new(true).mode(0o600).open(&place)?;
    std::fs::remove_file(&place)?;
    file.write_all(bytes)?;
    file.rewind()?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_mails_have_more_time() {
        assert_eq!(patience(100), PATIENCE);
        assert_eq!(patience(8 << 20), PATIENCE + Duration::from_secs(8 * 128));
    }
}
