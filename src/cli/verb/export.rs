//! `export`: everything the viewer may see, as JSON lines.

use crate::{
    cli::{
        arguments::ExportArguments,
        call::{Acting, Call, said},
        failure::Failure,
        output::Output,
        progress::Progress,
    },
    domain::{history::PastConversation, text::json_escape},
    import::jsonl,
};
use std::{
    fs::{File, OpenOptions},
    io::{self, BufWriter, Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

/// How every line of an export begins.
const FIRST: &[u8] = b"{\"deskline\"";

/// Writes the export to a file or to standard output.
///
/// # Errors
/// As the desk says; where the file cannot be written; or where it was interrupted.
pub fn run(arguments: &ExportArguments, call: &Call, output: &mut Output) -> Result<(), Failure> {
    let acting = call.acting()?;
    let file = &arguments.file;
    if file == Path::new("-") {
        let progress = output.progress("conversations")?;
        return match write_all(&acting, progress, output.stream()) {
            Ok(_) => output.finish(),
            Err(Stopped::Write(error)) => Err(Failure::Output(error)),
            Err(stopped) => Err(stopped.failure("-")),
        };
    }
    let written = to_file(&acting, output.progress("conversations")?, file)?;
    output.notice(&match written {
        1 => format!("1 conversation written to {}.", said(file)),
        many => format!("{many} conversations written to {}.", said(file)),
    });
    Ok(())
}

/// Writes beside the file and takes its name at the end, so that half an export never stands there.
fn to_file(acting: &Acting, progress: Progress, file: &Path) -> Result<usize, Failure> {
    let unwritable = |error: &io::Error| Failure::failed(format!("{} cannot be written: {error}.", said(file)));
    if std::fs::metadata(file).is_ok_and(|found| !found.is_file()) {
        let pipe = OpenOptions::new().write(true).open(file).map_err(|error| unwritable(&error))?;
        return write_all(acting, progress, &mut BufWriter::new(pipe)).map_err(|stopped| stopped.failure(&said(file)));
    }
    if !replaceable(file).map_err(|error| unwritable(&error))? {
        return Err(Failure::usage(format!("{} exists and is no export. Name another file.", said(file))));
    }
    let part = PathBuf::from(format!("{}.part", said(file)));
    let written = part_file(&part).map_err(Stopped::Write).and_then(|part| {
        let mut out = BufWriter::new(part);
        let count = write_all(acting, progress, &mut out)?;
        out.into_inner()
            .map_err(io::IntoInnerError::into_error)
            .and_then(|part| part.sync_all())
            .map_err(Stopped::Write)?;
        Ok(count)
    });
    let finished = written.and_then(|count| std::fs::rename(&part, file).map(|()| count).map_err(Stopped::Write));
    finished.map_err(|stopped| {
        let _ = std::fs::remove_file(&part);
        stopped.failure(&said(file))
    })
}

fn part_file(part: &Path) -> io::Result<File> {
    let _ = std::fs::remove_file(part);
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(part)
}

/// Only an empty file or an earlier export may be overwritten; a desk file never.
fn replaceable(file: &Path) -> io::Result<bool> {
    match File::open(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error),
        Ok(found) => {
            let mut first = Vec::new();
            found.take(FIRST.len() as u64).read_to_end(&mut first)?;
            Ok(first.is_empty() || first == FIRST)
        }
    }
}

enum Stopped {
    Denied(Failure),
    Interrupted(usize),
    Write(io::Error),
}

impl Stopped {
    fn failure(self, place: &str) -> Failure {
        match self {
            Self::Denied(failure) => failure,
            Self::Write(error) => Failure::failed(format!("{place} cannot be written: {error}.")),
            Self::Interrupted(done) => {
                Failure::failed(format!("Interrupted after {done} conversations. Run it again for a whole export."))
            }
        }
    }
}

fn write_all(acting: &Acting, mut progress: Progress, out: &mut dyn Write) -> Result<usize, Stopped> {
    let (mut problem, mut reached) = (None, 0);
    let counted = acting.desk.export(&acting.viewer, &mut |conversation: PastConversation, done, total| {
        reached = done;
        problem = line(&conversation, out).err();
        problem.is_none() && progress.at(done as u64, total as u64, done)
    });
    progress.finish();
    if let Some(error) = problem {
        return Err(Stopped::Write(error));
    }
    if progress.interrupted() {
        return Err(Stopped::Interrupted(reached));
    }
    let count = counted.map_err(|denied| Stopped::Denied(denied.into()))?;
    out.flush().map_err(Stopped::Write)?;
    Ok(count)
}

fn line(conversation: &PastConversation, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", json_escape(&jsonl::to_line(conversation)))
}
