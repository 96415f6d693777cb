//! Files: those that go with what is being written, and those that are saved.

use super::writing;
use crate::{
    desk::page::Mode,
    domain::{
        file::{check_sizes, cleaned_name, numbered},
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
            let problem = if composer.files.iter().any(|there| there.from == file.from) {
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
    let names = apart(files.iter().map(|(_, name)| name.as_str()));
    let command = |((number, _), name): (&(usize, String), &String)| {
        format!("ssh HOST conversation attachment {conversation} {seq} {number} > {}", quoted(name))
    };
    let commands = files.iter().zip(&names).map(command).collect::<Vec<_>>().join(" && ");
    // A file that is there already stops it; around it a shell of its own, whose setting ends with it.
    let commands = format!("(set -C; {commands})");
    let effects = vec![Effect::Copy(commands.clone())];
    model.say(Message::said(format!("Copied for your machine: {commands}")).about(conversation));
    effects
}

/// The names under which files can lie next to each other: of one name, the later ones are numbered. Some disks take large and
/// small letters for the same.
fn apart<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut taken: Vec<String> = Vec::new();
    for name in names {
        let name = Some(cleaned_name(name)).filter(|name| !name.is_empty()).unwrap_or_else(|| "attachment".to_owned());
        let free = |name: &String| !taken.iter().any(|there| there.to_lowercase() == name.to_lowercase());
        let mut tries = std::iter::once(name.clone()).chain((2..).map(|number| numbered(&name, number)));
        taken.extend(tries.find(free));
    }
    taken
}

/// A file's name as a word that a shell leaves as it is.
fn quoted(name: &str) -> String {
    let plain = name.chars().all(|letter| letter.is_ascii_alphanumeric() || "._+-".contains(letter));
    if plain && !name.starts_with('-') { name.to_owned() } else { format!("'./{}'", name.replace('\'', "'\\''")) }
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
            assert_eq!(quoted(&apart([name].into_iter())[0]), word, "{name:?}");
        }
    }

    #[test]
    fn files_of_one_name_lie_next_to_each_other() {
        let names = ["image.png", "image (2).png", "Image.png", "", "../image.png", ""];
        let apart = apart(names.into_iter());
        let beside = ["image.png", "image (2).png", "Image (3).png", "attachment", "image (4).png", "attachment (2)"];
        assert_eq!(apart, beside);
    }
}
