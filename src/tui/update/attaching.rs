//! Files: those that go with what is being written, and those that are saved.

use super::writing;
use crate::{
    desk::page::Mode,
    domain::{
        file::{check_sizes, cleaned_name},
        id::{ConversationId, EntrySeq},
    },
    tui::{
        ask::{Ask, Effect},
        composer::Part,
        dialog::{Attachments, FileChange, Files, Layer},
        model::{Message, Model},
    },
};

/// Opens the files that go with what is being written; where the files lie elsewhere, says how they are sent from there.
pub fn open(model: &mut Model) -> Vec<Effect> {
    let Some(composer) = &model.composer else {
        return model.say(Message::said("Open a reply or a note first: r or n."));
    };
    let conversation = composer.conversation();
    if model.local || !composer.files.is_empty() {
        model.layers.push(Layer::Files(Files::new(conversation)));
        return Vec::new();
    }
    let Some(id) = conversation else {
        let words = "Your files are on your machine. From there: ssh HOST conversation start --help";
        return model.say(Message::said(words));
    };
    let verb = match composer.mode {
        Mode::Note => "note",
        Mode::Reply | Mode::Internal => "reply",
    };
    let command = format!("ssh HOST conversation {verb} {id} --body TEXT --attach - --attach-name NAME < FILE");
    model.say(Message::said(format!("Copied, since your files are on your machine: {command}")));
    vec![Effect::Copy(command)]
}

/// One more file, or one less.
pub fn change(model: &mut Model, change: FileChange) -> Vec<Effect> {
    let now = model.now;
    let Some(composer) = &mut model.composer else { return Vec::new() };
    match change {
        FileChange::Add(file) => {
            let sizes: Vec<u64> = composer.files.iter().chain([&file]).map(|file| file.size).collect();
            let problem = if composer.files.iter().any(|there| there.path == file.path) {
                Some(format!("{} goes with it already.", file.name()))
            } else {
                check_sizes(&sizes).err()
            };
            if problem.is_none() {
                composer.files.push(file);
            } else if let Some(Layer::Files(files)) = model.layers.last_mut() {
                files.problem = problem;
                return Vec::new();
            }
        }
        FileChange::TakeOff(at) if at < composer.files.len() => drop(composer.files.remove(at)),
        FileChange::TakeOff(_) => return Vec::new(),
    }
    composer.part = Part::Send;
    composer.changed.get_or_insert(now);
    writing::keep(model)
}

/// Saves what is attached to the message under the cursor; of several files, which one is asked.
pub fn save_shown(model: &mut Model) -> Vec<Effect> {
    match Attachments::shown(model) {
        Ok(attachments) if attachments.files.len() == 1 => {
            save(model, attachments.conversation, attachments.seq, attachments.at(0))
        }
        Ok(attachments) => {
            model.layers.push(Layer::Attachments(attachments));
            Vec::new()
        }
        Err(why) => model.say(Message::said(why)),
    }
}

/// Saves files; where the viewer is elsewhere, this machine's disk is left alone, and the command is given that brings them
/// there.
pub fn save(
    model: &mut Model,
    conversation: ConversationId,
    seq: EntrySeq,
    files: Vec<(usize, String)>,
) -> Vec<Effect> {
    if model.local {
        return vec![Effect::Ask(Ask::SaveAttached { conversation, seq, files })];
    }
    let command = |(number, name): &(usize, String)| {
        format!("ssh HOST conversation attachment {conversation} {seq} {number} > {}", quoted(name))
    };
    let commands = files.iter().map(command).collect::<Vec<_>>().join(" && ");
    let effects = vec![Effect::Copy(commands.clone())];
    model.say(Message::said(format!("Copied for your machine: {commands}")).about(conversation));
    effects
}

/// A file's name as a word that a shell leaves as it is.
fn quoted(name: &str) -> String {
    let name = Some(cleaned_name(name)).filter(|name| !name.is_empty()).unwrap_or_else(|| "attachment".to_owned());
    let plain = name.chars().all(|letter| letter.is_ascii_alphanumeric() || "._+-".contains(letter));
    if plain && !name.starts_with('-') { name } else { format!("'./{}'", name.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_word_for_a_shell() {
        for (name, word) in [
            ("bill.pdf", "bill.pdf"),
            ("my bill.pdf", "'./my bill.pdf'"),
            ("-rf", "'./-rf'"),
            ("$(reboot)'`x`.pdf", "'./$(reboot)'\\''`x`.pdf'"),
            ("a\n; b", "'./a ; b'"),
            ("../x", "x"),
            ("", "attachment"),
        ] {
            assert_eq!(quoted(name), word, "{name:?}");
        }
    }
}
