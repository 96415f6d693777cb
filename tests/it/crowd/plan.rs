//! What somebody at a screen does next, and how the screen shows that it was done.

use super::{
    eyes::{Eyes, Row},
    figures::Dice,
};
use deskline::domain::section::Section;

/// What is typed as one key, and what proves on the screen that it was taken in; nothing that others do does.
#[derive(Debug, Clone)]
pub struct Stroke {
    pub bytes: Vec<u8>,
    pub proof: Proof,
    pub kind: Kind,
}

/// Keys that cost different things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Most keys.
    Key,
    /// A lone Esc: the server waits whether it is the beginning of another key.
    Escape,
    /// Ctrl-S: the message is on the disk before it is on the screen.
    Send,
}

/// What proves that a key was taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// Nothing that can be told from what others do.
    None,
    /// The list is this section's.
    Lists(Section),
    /// Another conversation than this one is selected.
    Moved(i64),
    /// The conversation has the keys, or has not.
    InThread(bool),
    /// The composer is open.
    Composing,
    /// The composer is empty.
    Undrafted,
    /// The composer begins so.
    Composed(String),
    /// The composer is closed and this message is in the conversation, or it is held.
    Sent(String),
    /// The last row says so.
    Says(&'static str),
}

impl Proof {
    pub fn holds(&self, eyes: Eyes) -> bool {
        match self {
            Self::None => true,
            Self::Lists(section) => eyes.lists(*section),
            Self::Moved(from) => eyes.selected().is_some_and(|row| row.conversation != *from),
            Self::InThread(there) => eyes.in_the_thread() == *there,
            Self::Composing => eyes.composing(),
            Self::Undrafted => !eyes.draft(),
            Self::Composed(words) => eyes.composed(words),
            Self::Sent(token) => !eyes.composing() && (eyes.shows(token) || eyes.held()),
            Self::Says(words) => eyes.foot(words),
        }
    }
}

/// How many keys of each kind one round has, apart from those that a message needs.
#[derive(Debug, Clone, Copy)]
pub struct Habits {
    /// Reading: keys that leave the list as it is.
    pub looks: usize,
    /// Going down the list.
    pub moves: usize,
    /// Everybody looks at Open conversations; else half do, the others at Unassigned and Customer replies.
    pub all_in_open: bool,
}

/// Reading what is selected; the list has the keys before and after.
const LOOKS: [Look; 8] = [
    Look::Into,
    Look::Scroll("\x1b[6~"),
    Look::Raw(" Raw text: nothing"),
    Look::Scroll("\x1b[5~"),
    Look::Raw(" Raw text is off"),
    Look::Back,
    Look::Into,
    Look::Back,
];

#[derive(Debug, Clone, Copy)]
enum Look {
    Into,
    Back,
    Scroll(&'static str),
    Raw(&'static str),
}

/// How long the way to one's own conversation may be.
const FAR: usize = 12;

/// Where somebody is in a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Browse,
    Look(usize),
    Move(usize),
    Live,
    Find(usize),
    Write,
    /// A draft of an earlier run stands there.
    Clear,
    Type(usize),
    Send,
    /// The message was held: down to "Send it as it is", and Enter.
    Down,
    SendAnyway,
    Leave,
}

/// Somebody's rounds: looking around, then writing to the own conversation.
#[derive(Debug)]
pub struct Plan {
    /// The own conversation, in Live.
    own: i64,
    habits: Habits,
    sees_open: bool,
    step: Step,
    /// Keys down the list before the next message.
    moves: usize,
    dice: Dice,
    /// What is written next.
    pub token: String,
    /// What the list lists.
    pub section: Section,
    /// Nobody went down the list since it was jumped to, further than its first rows.
    pub at_the_top: bool,
    /// Messages that were not written since the own conversation was not found.
    pub skipped: usize,
    pub held: usize,
}

impl Plan {
    /// For somebody who begins in this section, any number of keys away from the first message.
    pub fn new(own: i64, section: Section, sees_open: bool, habits: Habits, mut dice: Dice) -> Self {
        let before = dice.below(u64::try_from(habits.looks + habits.moves + 14).unwrap());
        let before = usize::try_from(before).unwrap();
        Self {
            own,
            habits,
            sees_open,
            // Whole rounds of reading, and the rest of the keys down the list.
            step: Step::Look(before / LOOKS.len() * LOOKS.len()),
            moves: before % LOOKS.len(),
            dice,
            token: String::new(),
            section,
            at_the_top: true,
            skipped: 0,
            held: 0,
        }
    }

    /// How many keys from now on leave the list where it is.
    pub fn still_for(&self) -> usize {
        match self.step {
            Step::Look(left) => left,
            Step::Type(typed) => self.token.len() - typed + 2,
            Step::Send | Step::Down | Step::SendAnyway => 2,
            Step::Leave => 1,
            Step::Browse | Step::Move(_) | Step::Live | Step::Find(_) | Step::Write | Step::Clear => 0,
        }
    }

    /// The message is held (R7.6): it is to be sent all the same.
    pub fn was_held(&mut self) {
        self.held += 1;
        self.step = Step::Down;
    }

    /// The next key; `token` gives what the next message says.
    pub fn next(&mut self, eyes: Eyes, mut token: impl FnMut() -> String) -> Stroke {
        let selected = eyes.selected();
        loop {
            match self.step {
                Step::Look(0) => self.step = Step::Move(std::mem::replace(&mut self.moves, self.habits.moves)),
                Step::Move(0) => self.step = Step::Live,
                Step::Find(0) => {
                    self.skipped += 1;
                    self.step = Step::Browse;
                }
                Step::Find(left) if selected.is_some_and(|row| row.conversation == self.own) => {
                    if eyes.more_below() {
                        self.step = Step::Find(left - 1);
                        return stroke("\x1b[F", Proof::None);
                    }
                    self.step = Step::Write;
                }
                Step::Type(0) if eyes.draft() => self.step = Step::Clear,
                Step::Type(typed) if typed == self.token.len() => self.step = Step::Send,
                Step::Write if self.token.is_empty() => self.token = token(),
                Step::Browse
                | Step::Look(_)
                | Step::Move(_)
                | Step::Live
                | Step::Find(_)
                | Step::Write
                | Step::Clear
                | Step::Type(_)
                | Step::Send
                | Step::Down
                | Step::SendAnyway
                | Step::Leave => return self.stroke(eyes, selected),
            }
        }
    }

    fn stroke(&mut self, eyes: Eyes, selected: Option<Row>) -> Stroke {
        match self.step {
            Step::Browse => {
                let section = self.somewhere();
                self.step = Step::Look(self.habits.looks);
                self.jump(section)
            }
            Step::Live => {
                self.step = Step::Find(FAR);
                self.jump(Section::Live)
            }
            // Nothing to look at where nothing waits.
            Step::Look(_) if selected.is_none() && !eyes.in_the_thread() => {
                self.step = Step::Look(0);
                stroke("gg", Proof::None)
            }
            Step::Look(left) => {
                self.step = Step::Look(left - 1);
                if selected.is_none() {
                    return stroke("gg", Proof::None);
                }
                match LOOKS[(LOOKS.len() - left % LOOKS.len()) % LOOKS.len()] {
                    Look::Into => stroke("\r", Proof::InThread(true)),
                    Look::Back => Stroke { kind: Kind::Escape, ..stroke("\x1b", Proof::InThread(false)) },
                    Look::Scroll(keys) => stroke(keys, Proof::None),
                    Look::Raw(words) => stroke("v", Proof::Says(words)),
                }
            }
            Step::Move(left) => {
                self.step = Step::Move(left - 1);
                self.at_the_top = false;
                // Up does nothing where the selected conversation has just come to the top with a message.
                self.up_or_down(eyes, selected, true)
            }
            Step::Find(left) => {
                self.step = Step::Find(left - 1);
                let own = eyes.rows().find(|row| row.conversation == self.own);
                match (own, selected) {
                    (Some(own), Some(selected)) => self.up_or_down(eyes, Some(selected), own.line > selected.line),
                    (_, _) => stroke("gg", Proof::None),
                }
            }
            Step::Write => {
                self.step = Step::Type(0);
                stroke("r", Proof::Composing)
            }
            Step::Clear => {
                self.step = Step::Type(0);
                stroke("\x15", Proof::Undrafted)
            }
            Step::Type(typed) => {
                self.step = Step::Type(typed + 1);
                let proof = Proof::Composed(self.token[..=typed].to_owned());
                stroke(&self.token[typed..=typed], proof)
            }
            Step::Send => {
                self.step = Step::Leave;
                Stroke { kind: Kind::Send, ..stroke("\x13", Proof::Sent(self.token.clone())) }
            }
            Step::Down => {
                self.step = Step::SendAnyway;
                stroke("\x1b[B", Proof::None)
            }
            Step::SendAnyway => {
                self.step = Step::Leave;
                Stroke { kind: Kind::Send, ..stroke("\r", Proof::Sent(self.token.clone())) }
            }
            Step::Leave => {
                self.step = Step::Browse;
                self.token.clear();
                Stroke { kind: Kind::Escape, ..stroke("\x1b", Proof::InThread(false)) }
            }
        }
    }

    fn somewhere(&mut self) -> Section {
        if self.habits.all_in_open && self.sees_open {
            return Section::Open;
        }
        match (self.dice.below(4), self.sees_open) {
            (0 | 1, true) => Section::Open,
            (2, _) | (0 | 1, false) => Section::Unassigned,
            (_, _) => Section::CustomerReplies,
        }
    }

    fn jump(&mut self, section: Section) -> Stroke {
        self.section = section;
        self.at_the_top = true;
        let keys = match section {
            Section::Live => "gl",
            Section::Open => "go",
            Section::Unassigned => "gu",
            _ => "gr",
        };
        stroke(keys, Proof::Lists(section))
    }

    /// One row up or down, the other way where there is none in view.
    fn up_or_down(&mut self, eyes: Eyes, selected: Option<Row>, down: bool) -> Stroke {
        let Some(selected) = selected else {
            return stroke("j", Proof::None);
        };
        let above = eyes.rows().any(|row| row.line < selected.line);
        let below = eyes.rows().any(|row| row.line > selected.line);
        let key = if (down && below) || !above { "j" } else { "k" };
        // It stays where it is while it is the only one.
        let proof = if above || below { Proof::Moved(selected.conversation) } else { Proof::None };
        stroke(key, proof)
    }
}

fn stroke(keys: &str, proof: Proof) -> Stroke {
    Stroke { bytes: keys.as_bytes().to_vec(), proof, kind: Kind::Key }
}
