//! A conversation with customers or with agents that is not started yet.

use super::{
    Confirm, Dialog, DialogKey, Field, Layer, Outcome, Place,
    chooser::{Chooser, Source},
    file_list::FileList,
    form::{self, Control, Event, Form, Settled},
    quoting,
};
use crate::{
    desk::page::{ConversationRow, Denied, DraftFile, DraftPlace, Mode, Moment, Page, Wants},
    domain::{
        command::{Start, StartWith},
        conversation::Privacy,
        id::ConversationId,
    },
    tui::{
        ask::{Answer, Ask, Effect},
        editor::Editor,
        keymap::{Action, Context},
        model::Model,
    },
};
use chrono::TimeDelta;

/// With whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum With {
    /// People of the team: a direct internal conversation (R6.11).
    Agents,
    /// Customers.
    Customers,
}

/// The form; what is in it is kept as a draft, whatever happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewConversation {
    /// With whom.
    pub with: With,
    /// The controls.
    pub form: Form,
    /// The conversation's own id, until it is started (R1.8).
    pub client_id: String,
    /// Since when something is not kept yet.
    pub changed: Option<Moment>,
    /// What is forwarded to an address outside, if anything.
    pub forwarded: Option<Forwarded>,
    /// What a yes to the question over it asks the desk, whose answer belongs here too.
    confirming: Option<Ask>,
}

/// What is forwarded to an address outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forwarded {
    /// From which conversation.
    pub from: ConversationId,
    /// The messages, quoted.
    pub quote: String,
    /// What is attached to them.
    pub files: Vec<DraftFile>,
}

const TO: usize = 0;
const SUBJECT: usize = 1;
const TEXT: usize = 2;
const GROUP: usize = 3;

/// How long after a key the draft is kept, in milliseconds.
const KEPT_AFTER: i64 = 700;

impl NewConversation {
    /// A form with what was kept of it, if anything.
    pub fn new(with: With, model: &Model) -> Self {
        Self::with(with, None, model)
    }

    fn with(with: With, forwarded: Option<Forwarded>, model: &Model) -> Self {
        let to = match (with, &forwarded) {
            (With::Agents, _) => {
                Chooser { without: Some(model.page.me.handle.clone()), ..Chooser::many("To", Source::Agents) }
            }
            (With::Customers, None) => Chooser::many("To", Source::Customers),
            (With::Customers, Some(_)) => Chooser::one("To", Source::Customers),
        };
        let mut controls = vec![
            Control::Chooser(to),
            Control::Line(Field::new("Subject")),
            Control::Text("Message", Editor::default()),
        ];
        match with {
            With::Agents => {}
            With::Customers => controls.push(Control::Chooser(Chooser::one("Group", Source::Groups))),
        }
        controls.push(Control::Button("Send Message"));
        let form = Form { asks: false, ..Form::new(controls) };
        // Opening a form changes what is wanted, so that a page is read between any two of them.
        let client_id = format!("{}-new-{}", model.tag, model.reads);
        let mut dialog = Self { with, form, client_id, changed: None, forwarded, confirming: None };
        if let Some(draft) = model.draft(&dialog.place(), dialog.mode()) {
            dialog.restore(draft, model.draft_files(&dialog.place(), dialog.mode()));
        }
        dialog
    }

    /// One with an outside address alone, which quotes the messages that were selected. What was begun of it before comes
    /// with the page that has it.
    pub fn forwarding(model: &Model) -> Option<Self> {
        let (thread, entries) = quoting::meant(model).ok()?;
        let quote = quoting::quote(model, &entries);
        let forwarded = Forwarded { from: thread.row.id, quote, files: quoting::files(&entries) };
        let mut this = Self::with(With::Customers, Some(forwarded), model);
        if this.form.line(TEXT).unwrap_or_default().is_empty() {
            this.begin(&thread.row);
        }
        this.write_above();
        Some(this)
    }

    fn begin(&mut self, row: &ConversationRow) {
        self.fill(SUBJECT, format!("Fwd: {}", row.subject).trim_end());
        // What comes from a private conversation is in no group that others read.
        if row.privacy == Privacy::Public {
            self.fill(GROUP, row.group.as_deref().unwrap_or_default());
        }
        let quote = self.forwarded.as_ref().map_or_else(String::new, |forwarded| format!("\n\n{}", forwarded.quote));
        self.fill(TEXT, &quote);
        let files = self.forwarded.as_ref().map_or_else(Vec::new, |forwarded| forwarded.files.clone());
        self.set_files(files);
    }

    /// What was selected now stands in what was begun before, too, and its files go with it.
    fn quote_too(&mut self) {
        let text = self.form.line(TEXT).unwrap_or_default();
        let Some(forwarded) = self.forwarded.as_ref().filter(|it| !text.contains(it.quote.trim_end())) else { return };
        let both = format!("{text}\n\n{}", forwarded.quote);
        let mut files = self.form.files().to_vec();
        files.extend(forwarded.files.iter().filter(|file| !self.form.files().contains(file)).cloned());
        self.fill(TEXT, &both);
        self.set_files(files);
    }

    /// What is typed now comes above what is quoted.
    fn write_above(&mut self) {
        if let Some(Control::Text(_, editor)) = self.form.controls.get_mut(TEXT) {
            editor.put_cursor(0);
        }
    }

    /// The control for files is there from the first file on.
    fn set_files(&mut self, files: Vec<DraftFile>) {
        let there = self.form.controls.iter_mut().find(|control| matches!(control, Control::Files(_)));
        if let Some(control) = there {
            *control = Control::Files(FileList::new(files));
        } else if !files.is_empty() {
            let before_the_button = self.form.controls.len().saturating_sub(1);
            self.form.controls.insert(before_the_button, Control::Files(FileList::new(files)));
            self.form.focus += usize::from(self.form.focus >= before_the_button);
        }
    }

    /// Where its draft belongs.
    pub const fn place(&self) -> DraftPlace {
        match (self.with, &self.forwarded) {
            (_, Some(forwarded)) => DraftPlace::Forwarding(forwarded.from),
            (With::Agents, None) => DraftPlace::NewWithAgents,
            (With::Customers, None) => DraftPlace::NewWithCustomer,
        }
    }

    /// What it will write.
    pub const fn mode(&self) -> Mode {
        match self.with {
            With::Agents => Mode::Internal,
            With::Customers => Mode::Reply,
        }
    }

    /// Who will be able to read it, and where it is sent. `leaves`: whether mail leaves this desk now.
    pub fn note(&self, leaves: bool) -> String {
        let waits = if leaves { "" } else { " The mail waits: there is no mailbox to send by." };
        match (self.with, &self.forwarded) {
            (_, Some(_)) => format!(
                "This address alone is sent it, and what it answers comes into a conversation of its own.{waits}"
            ),
            (With::Agents, None) => {
                "Only you and those named can read this; the owner and admins can open it, which is logged.".to_owned()
            }
            (With::Customers, None) => {
                let sent = match &self.form.chosen(TO)[..] {
                    [] => "Sending it sends a mail to every address under To.".to_owned(),
                    [one] => format!("Sending it sends a mail to {one}."),
                    [one, another] => format!("Sending it sends a mail each to {one} and {another}."),
                    [one, rest @ ..] => format!("Sending it sends a mail each to {one} and {} others.", rest.len()),
                };
                format!("{sent}{waits} They can read every reply in it. The first one is the requester.")
            }
        }
    }

    /// What is kept: three lines of head, an empty line, the text. Empty where nothing was filled in.
    pub fn draft(&self) -> String {
        let [to, group] = [TO, GROUP].map(|at| self.form.chosen(at).join(", "));
        let subject = self.form.line(SUBJECT).unwrap_or_default();
        let text = self.form.line(TEXT).unwrap_or_default();
        if to.is_empty() && group.is_empty() && subject.is_empty() && text.is_empty() {
            return String::new();
        }
        format!("To: {to}\nSubject: {subject}\nGroup: {group}\n\n{text}")
    }

    fn restore(&mut self, draft: &str, files: &[DraftFile]) {
        self.set_files(files.to_vec());
        let mut parts = draft.splitn(5, '\n');
        let mut head = |name: &str| parts.next().and_then(|line| line.strip_prefix(name)).map(str::to_owned);
        let (Some(to), Some(subject), Some(group)) = (head("To: "), head("Subject: "), head("Group: ")) else {
            self.fill(TEXT, draft);
            return;
        };
        let text = parts.nth(1).unwrap_or_default();
        self.fill(TO, &to);
        self.fill(SUBJECT, &subject);
        self.fill(TEXT, text);
        self.fill(GROUP, &group);
    }

    fn fill(&mut self, at: usize, value: &str) {
        match self.form.controls.get_mut(at) {
            Some(Control::Line(field)) => field.editor = Editor::new(value),
            Some(Control::Text(_, editor)) => *editor = Editor::new(value),
            Some(Control::Chooser(chooser)) => {
                let values = value.split(", ").filter(|value| !value.is_empty()).map(str::to_owned);
                *chooser = chooser.clone().with(values);
            }
            Some(Control::Choice(_) | Control::Files(_) | Control::Button(_)) | None => {}
        }
    }

    fn save(&self, text: String) -> Effect {
        let files = if text.is_empty() { Vec::new() } else { self.form.files().to_vec() };
        Effect::Ask(Ask::SaveDraft { place: self.place(), mode: self.mode(), text, files })
    }

    fn start(&self) -> Result<Start, String> {
        let to = self.form.chosen(TO);
        if to.is_empty() {
            return Err("Nobody is named. Type a name under To and pick it with Enter.".to_owned());
        }
        let text = self.form.line(TEXT).ok_or("The message is empty. Write it first.")?;
        // Where nothing was written above a quotation, its place is empty.
        let text = text.trim_start_matches('\n').to_owned();
        let with = match (self.with, &self.forwarded) {
            (_, Some(forwarded)) => {
                let address = to.into_iter().next().unwrap_or_default();
                let files = self.form.files().iter().filter_map(quoting::file_of);
                StartWith::Forward { from: forwarded.from, address, files: files.collect() }
            }
            (With::Agents, None) => StartWith::Agents(to),
            (With::Customers, None) => StartWith::Customers(to),
        };
        let subject = self.form.line(SUBJECT).unwrap_or_default();
        let group = self.form.chosen(GROUP).into_iter().next();
        Ok(Start {
            with,
            subject,
            group,
            text,
            client_id: Some(self.client_id.clone()),
            confirmed: false,
            files: Vec::new(),
        })
    }

    /// What is to be agreed to is asked over the form (R1.4). Until then the draft is kept; with the yes it goes.
    fn question(&mut self, ask: &Ask, denied: &Denied) -> Option<Outcome> {
        let mut question = Confirm::widening(ask, denied)?;
        self.form.problem = None;
        self.confirming = question
            .effects
            .iter()
            .find_map(|effect| if let Effect::Ask(ask) = effect { Some(ask.clone()) } else { None });
        question.effects.push(self.save(String::new()));
        Some(Outcome::OpenAnd(Box::new(Layer::Confirm(question)), vec![self.save(self.draft())]))
    }

    fn submit(&mut self) -> Outcome {
        self.confirming = None;
        match self.start() {
            Ok(start) => {
                self.changed = None;
                let mut effects = self.form.ask(vec![Ask::Start(start)]);
                effects.push(self.save(String::new()));
                Outcome::Do(effects)
            }
            Err(problem) => {
                self.form.problem = Some(problem);
                Outcome::Stay
            }
        }
    }
}

impl Dialog for NewConversation {
    fn press(&mut self, key: DialogKey, model: &Model) -> Outcome {
        match self.form.press(key, &model.page, form::text_columns(model.size.0)) {
            Event::Nothing => Outcome::Stay,
            Event::Changed => {
                self.changed.get_or_insert(model.now);
                Outcome::Stay
            }
            Event::Submit => self.submit(),
            Event::Leave => {
                Outcome::CloseAnd(if self.form.changed { vec![self.save(self.draft())] } else { Vec::new() })
            }
        }
    }

    fn about(&self) -> Option<ConversationId> {
        self.forwarded.as_ref().map(|forwarded| forwarded.from)
    }

    fn paste(&mut self, text: &str) {
        self.form.paste(text);
    }

    fn arrived(&mut self, page: &Page) {
        let kept = page.draft.as_ref().filter(|draft| draft.place == self.place() && draft.mode == self.mode());
        if let Some(draft) = kept
            && !self.form.changed
            && self.form.asked.is_empty()
            && (self.draft().is_empty() || self.forwarded.is_some())
        {
            self.restore(&draft.text, &draft.files);
            if self.forwarded.is_some() {
                self.quote_too();
                self.write_above();
            }
        }
    }

    fn answered(&mut self, ask: &Ask, answer: &Result<Answer, Denied>) -> Outcome {
        if self.confirming.as_ref() == Some(ask) {
            self.form.asked.extend(self.confirming.take());
        }
        match (self.form.answered(ask, answer), answer) {
            (Settled::Well, Ok(Answer::Done(done))) => Outcome::Go(Place::Conversation(done.conversation, None)),
            (Settled::Well, Ok(_) | Err(_)) => Outcome::Close,
            (Settled::Badly, Err(denied)) => {
                self.question(ask, denied).unwrap_or_else(|| Outcome::Do(vec![self.save(self.draft())]))
            }
            (Settled::Badly, Ok(_)) => Outcome::Do(vec![self.save(self.draft())]),
            (Settled::Not, _) => Outcome::Stay,
        }
    }

    fn wants(&self, wants: &mut Wants) {
        wants.draft = Some(self.place());
        self.form.wants(wants);
    }

    fn waits_for(&self, ask: &Ask) -> bool {
        self.form.waits_for(ask) || self.confirming.as_ref() == Some(ask)
    }

    fn due(&self) -> Option<Moment> {
        self.changed.map(|since| since + TimeDelta::milliseconds(KEPT_AFTER))
    }

    fn keep(&mut self) -> Vec<Effect> {
        self.changed = None;
        vec![self.save(self.draft())]
    }

    fn context(&self) -> Context {
        self.form.context()
    }

    fn hints(&self) -> &'static [Action] {
        self.form.hints()
    }

    fn word(&self, action: Action) -> Option<&'static str> {
        let words = [(Action::Save, "send"), (Action::Cancel, "leave, draft kept")];
        let own = words.iter().find(|(known, _)| *known == action).map(|(_, word)| *word);
        self.form.word(action).or(own)
    }
}
