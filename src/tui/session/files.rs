//! Files of the viewer's own machine: those that go with a message, and those that are saved. Without [`Folders`] there are
//! none: whoever is elsewhere has files elsewhere, and those of this machine are nobody's to read or write.

use super::asking;
use crate::{
    desk::{
        Desk, Opening,
        page::{Denied, DraftFile, Viewer},
    },
    domain::{
        command::Command,
        file::{MOST_BYTES, check_sizes, cleaned_name, media_type, numbered},
        letter::Attached,
    },
    tui::{
        ask::{Answer, Ask},
        composer,
        model::Model,
    },
};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

/// Where the viewer's files are.
#[derive(Debug, Clone, Default)]
pub struct Folders {
    /// Where files are saved: the first of these that is there.
    pub downloads: Vec<PathBuf>,
    /// What `~` means.
    pub home: Option<PathBuf>,
}

/// The most names that are looked at in a folder to complete a path.
const NAMES: usize = 20_000;

/// The most names that are offered.
const OFFERED: usize = 8;

/// How often a name is tried with another number behind it.
const TRIES: u32 = 1_000;

/// Asks the desk, the files read that go with what is asked; or this machine, where it is about its files alone.
pub(super) fn ask(
    folders: Option<&Folders>,
    model: &Model,
    (desk, who): (&Desk, &Viewer),
    ask: &Ask,
    opening: &mut Option<Opening>,
) -> Result<Answer, Denied> {
    if is_about_files(ask) {
        return folders.ok_or_else(elsewhere)?.answer(desk, who, ask);
    }
    match composer::going_with(model, ask) {
        [] => asking::ask(desk, who, ask, opening),
        files => {
            let read = folders.ok_or_else(elsewhere)?.read(files)?;
            asking::ask(desk, who, &with(ask, read), opening)
        }
    }
}

/// Whether something is asked of this machine, and changes nothing on the desk.
pub(super) const fn is_about_files(ask: &Ask) -> bool {
    matches!(ask, Ask::Attach(_) | Ask::CompletePath(_) | Ask::SaveAttached { .. })
}

/// What somebody elsewhere is told.
pub(super) fn elsewhere() -> Denied {
    Denied::Invalid("The files lie on another machine. Take them off here, or send them from there by command.".into())
}

fn with(ask: &Ask, files: Vec<Attached>) -> Ask {
    let mut ask = ask.clone();
    match &mut ask {
        Ask::Run { command: Command::Reply(writing) | Command::Note(writing), .. } => writing.files = files,
        Ask::Start(start) => start.files = files,
        _ => {}
    }
    ask
}

impl Folders {
    fn answer(&self, desk: &Desk, who: &Viewer, ask: &Ask) -> Result<Answer, Denied> {
        match ask {
            Ask::CompletePath(typed) => {
                let (path, more) = self.complete(typed);
                Ok(Answer::Completed(path, more))
            }
            Ask::SaveAttached { conversation, seq, files } => {
                let mut saved = Vec::new();
                for (number, name) in files {
                    let content = desk.attachment(who, *conversation, *seq, *number)?.ok_or_else(|| {
                        Denied::NotFound(format!("Of {name} the desk keeps only the name, not what is in it."))
                    })?;
                    saved.push(self.shown(&self.save(name, &content)?));
                }
                Ok(Answer::Saved(saved))
            }
            Ask::Attach(typed) => self.find(typed).map(Answer::File),
            _ => Err(elsewhere()),
        }
    }

    /// The path that is meant by what was typed.
    fn place(&self, typed: &str) -> PathBuf {
        match (Path::new(typed).strip_prefix("~"), &self.home) {
            (Ok(rest), Some(home)) => home.join(rest),
            _ => PathBuf::from(typed),
        }
    }

    /// A path as people write it.
    fn shown(&self, path: &Path) -> String {
        match self.home.as_ref().and_then(|home| path.strip_prefix(home).ok()) {
            Some(rest) => format!("~/{}", rest.display()),
            None => path.display().to_string(),
        }
    }

    fn find(&self, typed: &str) -> Result<DraftFile, Denied> {
        let typed = typed.trim();
        // Files that are dropped on a terminal come in quotes.
        let bare = ['\'', '"'].iter().find_map(|quote| typed.strip_prefix(*quote)?.strip_suffix(*quote));
        let place = self.place(bare.unwrap_or(typed));
        let size = self.size(&place)?;
        // Under its own name, and the same file by whatever way it was typed.
        let place = match (
            place.parent().map(|folder| if folder == Path::new("") { Path::new(".") } else { folder }),
            place.file_name(),
        ) {
            (Some(folder), Some(name)) => {
                fs::canonicalize(folder).map_err(|error| self.unreadable(folder, &error))?.join(name)
            }
            (_, _) => place,
        };
        check_sizes(&[size]).map_err(Denied::Invalid)?;
        if size == 0 {
            return Err(Denied::Invalid(format!("{} is empty.", self.shown(&place))));
        }
        let path = place.into_os_string().into_string();
        let path = path.map_err(|_| Denied::Invalid("The path is not UTF-8. Give the file another name.".into()))?;
        if cleaned_name(&path).is_empty() {
            return Err(Denied::Invalid("The file has no name that it could be sent under.".into()));
        }
        Ok(DraftFile { path, size })
    }

    /// The files that go with a message, as they are now.
    fn read(&self, files: &[DraftFile]) -> Result<Vec<Attached>, Denied> {
        let mut all = Vec::new();
        for file in files {
            let path = Path::new(&file.path);
            let name = cleaned_name(&file.path);
            let mut content = Vec::new();
            self.size(path)
                .and_then(|_| {
                    let opened = File::open(path).map_err(|error| self.unreadable(path, &error))?;
                    opened.take(MOST_BYTES + 1).read_to_end(&mut content).map_err(|error| self.unreadable(path, &error))
                })
                .map_err(|denied| Denied::Invalid(format!("{denied} Take it off, or put it back.")))?;
            all.push(Attached { media_type: media_type(&name).to_owned(), name, content, note: None });
        }
        Ok(all)
    }

    /// A path completed as far as it is clear, and the names that it could go on with.
    fn complete(&self, typed: &str) -> (String, Vec<String>) {
        if typed == "~" {
            return ("~/".to_owned(), Vec::new());
        }
        let (folder, begun) = typed.rfind('/').map_or(("", typed), |at| typed.split_at(at + 1));
        let place = if folder.is_empty() { PathBuf::from(".") } else { self.place(folder) };
        let Ok(found) = fs::read_dir(place) else { return (typed.to_owned(), Vec::new()) };
        let fits = |name: &String| name.starts_with(begun) && (begun.starts_with('.') || !name.starts_with('.'));
        let names = found.take(NAMES).filter_map(|entry| {
            let entry = entry.ok()?;
            let name = entry.file_name().into_string().ok().filter(&fits)?;
            Some(if entry.path().is_dir() { format!("{name}/") } else { name })
        });
        let mut names: Vec<String> = names.collect();
        names.sort_unstable();
        let Some(first) = names.first() else { return (typed.to_owned(), Vec::new()) };
        let common = names.iter().fold(first.as_str(), |common, name| {
            let same = common.char_indices().zip(name.chars()).find(|((_, one), other)| one != other);
            let end = same.map_or(common.len().min(name.len()), |((at, _), _)| at);
            &common[..end]
        });
        let path = format!("{folder}{common}");
        if names.len() == 1 {
            return (path, Vec::new());
        }
        let more = names.len().saturating_sub(OFFERED);
        names.truncate(OFFERED);
        if more > 0 {
            names.push(format!("… and {more} more"));
        }
        (path, names)
    }

    /// Saves under a name that is free, for the viewer alone to read.
    fn save(&self, name: &str, content: &[u8]) -> Result<PathBuf, Denied> {
        let folder = self.downloads.iter().find(|folder| folder.is_dir());
        let folder = folder.ok_or_else(|| {
            Denied::Invalid("No folder says where files are saved. Set $XDG_DOWNLOAD_DIR or $HOME.".into())
        })?;
        let name = Some(cleaned_name(name)).filter(|name| !name.is_empty()).unwrap_or_else(|| "attachment".to_owned());
        for number in 1..=TRIES {
            let path = folder.join(if number == 1 { name.clone() } else { numbered(&name, number) });
            match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
                Ok(mut file) => {
                    return match file.write_all(content) {
                        Ok(()) => Ok(path),
                        Err(error) => {
                            // Half a file would pass for the whole one.
                            let _ = fs::remove_file(&path);
                            Err(self.unsaved(&path, &error))
                        }
                    };
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(self.unsaved(&path, &error)),
            }
        }
        Err(Denied::Invalid(format!("{} has too many files of that name.", self.shown(folder))))
    }

    /// How large a file is; only of one that ends.
    fn size(&self, path: &Path) -> Result<u64, Denied> {
        let found = fs::metadata(path).map_err(|error| self.unreadable(path, &error))?;
        if found.is_file() {
            Ok(found.len())
        } else {
            Err(Denied::Invalid(format!("{} is no file.", self.shown(path))))
        }
    }

    fn unreadable(&self, path: &Path, error: &io::Error) -> Denied {
        let path = self.shown(path);
        Denied::Invalid(match error.kind() {
            io::ErrorKind::NotFound => format!("{path} is not there."),
            _ => format!("{path} cannot be read: {error}."),
        })
    }

    fn unsaved(&self, path: &Path, error: &io::Error) -> Denied {
        Denied::Invalid(format!("{} cannot be written: {error}.", self.shown(path)))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn folders() -> (tempfile::TempDir, Folders) {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("Downloads")).unwrap();
        let downloads = vec![home.path().join("nowhere"), home.path().join("Downloads"), home.path().to_owned()];
        let folders = Folders { downloads, home: Some(home.path().to_owned()) };
        (home, folders)
    }

    #[test]
    fn nothing_is_overwritten_and_what_is_saved_is_the_viewers_alone() {
        let (home, folders) = folders();
        let names: Vec<String> = (0..3).map(|_| folders.shown(&folders.save("bill.pdf", b"one").unwrap())).collect();
        assert_eq!(names, ["~/Downloads/bill.pdf", "~/Downloads/bill (2).pdf", "~/Downloads/bill (3).pdf"]);
        let file = home.path().join("Downloads/bill.pdf");
        assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
        // A link that waits there is not followed.
        let aim = home.path().join("aim");
        std::os::unix::fs::symlink(&aim, home.path().join("Downloads/x")).unwrap();
        assert_eq!(folders.shown(&folders.save("x", b"two").unwrap()), "~/Downloads/x (2)");
        assert!(!aim.exists());
    }

    #[test]
    fn no_name_leads_out_of_the_folder_or_hides() {
        let (home, folders) = folders();
        for (name, saved) in [
            ("../../.bashrc", "bashrc"),
            ("/etc/passwd", "passwd"),
            (".profile", "profile"),
            ("a\u{202e}fdp.exe\n", "afdp.exe"),
            ("..", "attachment"),
            ("", "attachment (2)"),
        ] {
            assert_eq!(folders.save(name, b"x").unwrap(), home.path().join("Downloads").join(saved), "{name:?}");
        }
    }

    #[test]
    fn without_a_folder_it_is_said_what_names_one() {
        let (home, _) = folders();
        let none = Folders { downloads: vec![home.path().join("nowhere")], home: None };
        assert!(none.save("a", b"x").unwrap_err().to_string().contains("XDG_DOWNLOAD_DIR"));
    }

    #[test]
    fn a_typed_path_means_a_file_or_nothing() {
        let (home, folders) = folders();
        fs::write(home.path().join("bill.pdf"), "12345").unwrap();
        fs::write(home.path().join("empty"), "").unwrap();
        let path = home.path().join("bill.pdf").display().to_string();
        for typed in ["~/bill.pdf", path.as_str(), &format!(" '{path}' "), "~/Downloads/../bill.pdf"] {
            let found = folders.find(typed).unwrap();
            assert_eq!((found.name().as_str(), found.size), ("bill.pdf", 5), "{typed}");
            assert_eq!(Path::new(&found.path), fs::canonicalize(home.path()).unwrap().join("bill.pdf"), "{typed}");
        }
        for (typed, words) in
            [("~/nothing", "is not there"), ("~", "is no file"), ("/dev/zero", "is no file"), ("~/empty", "is empty")]
        {
            assert!(folders.find(typed).unwrap_err().to_string().contains(words), "{typed}");
        }
        let large = File::create(home.path().join("large")).unwrap();
        large.set_len(MOST_BYTES + 1).unwrap();
        assert!(folders.find("~/large").unwrap_err().to_string().contains("18.0 MB"));
        let gone = DraftFile { path: home.path().join("gone").display().to_string(), size: 1 };
        let words = folders.read(&[folders.find("~/bill.pdf").unwrap(), gone]).unwrap_err().to_string();
        assert!(words.ends_with("gone is not there. Take it off, or put it back."), "{words}");
    }

    #[test]
    fn tab_goes_as_far_as_it_is_clear() {
        let (home, folders) = folders();
        for name in ["invoice-1.pdf", "invoice-2.pdf", "überblick.txt", ".hidden"] {
            fs::write(home.path().join(name), "x").unwrap();
        }
        let complete = |typed: &str| folders.complete(typed);
        assert_eq!(complete("~"), ("~/".into(), vec![]));
        assert_eq!(complete("~/D"), ("~/Downloads/".into(), vec![]));
        let two = vec!["invoice-1.pdf".to_owned(), "invoice-2.pdf".to_owned()];
        assert_eq!(complete("~/in"), ("~/invoice-".into(), two));
        assert_eq!(complete("~/ü"), ("~/überblick.txt".into(), vec![]));
        assert_eq!(complete("~/.h"), ("~/.hidden".into(), vec![]));
        assert_eq!(complete("~/").1.len(), 4, "what is hidden is not offered");
        for typed in ["~/zzz", "/nowhere/x", ""] {
            assert_eq!(complete(typed).0.len(), typed.len(), "{typed}");
        }
    }
}
