//! `backup` and `check`: keeping a desk file safe.

use crate::cli::{
    arguments::BackupArguments,
    call::{Acting, Call, said},
    failure::Failure,
    output::Output,
};
use serde::Serialize;

#[derive(Serialize)]
struct BackupJson {
    backup: String,
}

#[derive(Serialize)]
struct CheckJson<'a> {
    sound: bool,
    findings: &'a [String],
}

/// Copies the desk to a new file while it is in use.
///
/// # Errors
/// As the desk says, or where it was interrupted.
pub fn backup(arguments: &BackupArguments, call: &Call, output: &mut Output) -> Result<(), Failure> {
    let Acting { desk, viewer } = call.acting()?;
    let mut progress = output.progress("pages")?;
    let copied = desk.backup(&viewer, &arguments.file, &mut |done, total| progress.at(done as u64, total as u64, done));
    progress.finish();
    if progress.interrupted() {
        return Err(Failure::failed("Interrupted: no backup was written. Run it again for one."));
    }
    copied?;
    let backup = said(&arguments.file);
    if output.json() { output.object(&BackupJson { backup }) } else { output.line(&format!("Copied to {backup}")) }
}

/// Proves the desk file sound, and lists what is not.
///
/// # Errors
/// Where something was found, or it was interrupted.
pub fn check(call: &Call, output: &mut Output) -> Result<(), Failure> {
    let desk = call.desk()?;
    let mut progress = output.progress("steps")?;
    let findings = desk.check(&mut |done, total| progress.at(done as u64, total as u64, done));
    progress.finish();
    if progress.interrupted() {
        return Err(Failure::failed("Interrupted: the check was not finished. Run it again."));
    }
    let findings = findings?;
    let sound = findings.is_empty();
    if output.json() {
        output.object(&CheckJson { sound, findings: &findings })?;
    } else if sound {
        output.line("The desk is sound.")?;
    } else {
        findings.iter().try_for_each(|finding| output.line(finding))?;
    }
    match findings.len() {
        0 => Ok(()),
        1 => Err(Failure::failed("The desk file is damaged: 1 finding. Go back to a backup.")),
        many => Err(Failure::failed(format!("The desk file is damaged: {many} findings. Go back to a backup."))),
    }
}
