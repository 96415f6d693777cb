//! What goes round: mail that comes back to the desk, reports about mail that went out, and more than people write.

use super::{
    decide::ignored,
    receive::{Taking, held},
    undelivered,
};
use crate::{
    desk::{Outcome, route, token::Bearer, write::check_subject},
    domain::{
        event::EventKind,
        id::{ConversationId, OutboxId},
        letter::{Report, ReportKind},
        mail::{HeldWhy, Reason, Verdict},
    },
    store::{
        conversations,
        mails::{self, Decided},
        people, reports, threads,
    },
};

/// So many mails of one sender become messages within an hour. A person in a hurry writes a few; a program that answers
/// each of our mails, or reports every minute, is above it.
const MOST_FROM_SENDER: usize = 20;

/// So many mails become messages of one conversation within a day. Two people who write to each other all day long stay
/// below it; two programs do not.
const MOST_IN_THREAD: usize = 60;

/// So many bytes of a report are looked through for the header of the mail that came back, and the field looked for.
const RETURNED: usize = 256 * 1024;
const REPLY_TO: &str = "reply-to:";

const HOUR: i64 = 60 * 60 * 1_000;
const DAY: i64 = 24 * HOUR;

impl Taking<'_> {
    /// Whether it is more than people write, so that an administrator has to look at it first.
    pub(super) fn too_many(&self, conversation: Option<ConversationId>) -> Outcome<Option<HeldWhy>> {
        if self.released {
            return Ok(None);
        }
        let now = self.now.timestamp_millis();
        // What came later than now came under a clock that ran ahead. Where it was a little ahead, that counts too, but not
        // until its time has come.
        let hour = (now - HOUR, now + HOUR);
        if mails::count_of_sender(self.writing, self.sender, hour, MOST_FROM_SENDER)? >= MOST_FROM_SENDER {
            return Ok(Some(HeldWhy::ManyFromSender));
        }
        let Some(conversation) = conversation else { return Ok(None) };
        let day = (now - DAY, now + DAY);
        let many = mails::count_in_thread(self.writing, conversation, day, MOST_IN_THREAD)? >= MOST_IN_THREAD;
        Ok(many.then_some(HeldWhy::ManyInThread))
    }

    /// From an address of this desk: its own mail come back, or somebody who says so.
    pub(super) fn our_own(&self) -> Outcome<Decided> {
        let id = self.letter.message_id.as_deref();
        let came_back = match id {
            Some(id) => threads::went_out(self.writing, id)?.is_some(),
            None => false,
        };
        if came_back {
            return Ok(ignored("This desk sent it, and it came back.".to_owned()));
        }
        Ok(held(HeldWhy::OwnAddress, Vec::new()))
    }

    /// A report about a mail that went out stands with that one. One that was let go although it is about nothing here goes
    /// the way of any automatic answer: `None`.
    pub(super) fn report(&self, report: &Report) -> Outcome<Option<Decided>> {
        let Some(out) = self.reported(report)? else {
            return Ok((!self.released).then(|| held(HeldWhy::UnknownReport, Vec::new())));
        };
        let text = match report.kind {
            ReportKind::Bounce => "It says that a mail of this conversation was not delivered.",
            ReportKind::Delay => "It says that a mail of this conversation was not delivered yet.",
            ReportKind::Delivered => "It says that a mail of this conversation was delivered.",
            ReportKind::Read => "It says that a mail of this conversation was seen.",
            ReportKind::Complaint => "It says that a mail of this conversation was unwanted.",
            ReportKind::Unknown => "It tells about a mail of this conversation.",
        };
        self.report_line(report, &out)?;
        let (reasons, conversation) = (vec![Reason::plain(text)], Some(out.conversation));
        Ok(Some(Decided { verdict: Verdict::Report, reasons, conversation, message: out.message }))
    }

    /// The mail that a report is about: by its Message-ID, else the last one to whom the reply address that the report came
    /// to was made for.
    fn reported(&self, report: &Report) -> Outcome<Option<threads::WentOut>> {
        if let Some(id) = &report.about
            && let Some(out) = threads::went_out(self.writing, id)?
        {
            return Ok(Some(out));
        }
        for (conversation, bearer) in self.tokens()?.into_iter().chain(self.returned_tokens()?) {
            if let Bearer::Customer(customer) = bearer
                && let Some(out) = reports::last_to(self.writing, conversation, customer)?
            {
                return Ok(Some(out));
            }
        }
        Ok(None)
    }

    /// What the reply tokens of the mail that came back were made for: servers that give what leaves by them another Message-ID
    /// (Amazon SES) leave those.
    fn returned_tokens(&self) -> Outcome<Vec<(ConversationId, Bearer)>> {
        let raw = self.mail.raw.get(..RETURNED).unwrap_or(&self.mail.raw);
        let text = String::from_utf8_lossy(raw);
        let mut inside = false;
        let fields = text.lines().filter(|line| {
            let field = line.trim_start_matches([' ', '\t', '>']);
            let begins = field.get(..REPLY_TO.len()).is_some_and(|name| name.eq_ignore_ascii_case(REPLY_TO));
            inside = begins || inside && line.starts_with([' ', '\t']);
            inside
        });
        let words = fields.flat_map(|line| line.split([' ', '\t', '<', '>', ',', ':']));
        self.tokens_behind(words.filter(|word| word.contains('@')))
    }

    /// What a report changes: a mail that was not delivered is marked, and a line says so, each once. What went to an agent
    /// is that agent's own; its thread is not spoken of.
    fn report_line(&self, report: &Report, out: &threads::WentOut) -> Outcome<()> {
        let reported = report.recipients.first();
        let is_new = match report.kind {
            ReportKind::Bounce => {
                let words = reported.map_or("", |it| it.words.as_str());
                reports::bounced(self.writing, out.outbox, &check_subject(words))?
            }
            ReportKind::Delay => reports::delayed(self.writing, out.outbox)?,
            ReportKind::Complaint => reports::complained(self.writing, out.outbox)?,
            ReportKind::Delivered | ReportKind::Read | ReportKind::Unknown => false,
        };
        if is_new && report.kind == ReportKind::Bounce && self.mail.history.is_none() {
            undelivered::tell(self.writing, OutboxId(out.outbox), self.now.timestamp_millis())?;
        }
        let Some(customer) = reports::recipient(self.writing, out.outbox)?.filter(|_| is_new) else { return Ok(()) };
        // The address that we wrote to, never the one that the report claims.
        let address = people::customer_by_id(self.writing, customer)?.map(|customer| customer.address);
        let address = address.unwrap_or_else(|| "a recipient".to_owned());
        let status = reported.and_then(|it| it.status.as_deref()).filter(|status| is_status(status));
        let status = status.map(|status| format!(" ({status})")).unwrap_or_default();
        let (kind, text) = match report.kind {
            ReportKind::Bounce => (EventKind::DeliveryFailed, format!("Delivery to {address} failed{status}.")),
            ReportKind::Delay => (
                EventKind::DeliveryDelayed,
                format!("Delivery to {address} is delayed{status}; the server goes on trying."),
            ),
            ReportKind::Complaint => {
                (EventKind::DeliveryFailed, format!("{address} reported a mail of this conversation as unwanted."))
            }
            ReportKind::Delivered | ReportKind::Read | ReportKind::Unknown => return Ok(()),
        };
        let Some(before) = conversations::load(self.writing, out.conversation)? else { return Ok(()) };
        let mut after = before.clone();
        route::line(self.writing, self.now, &mut after.facts, kind, &text, "")?;
        Ok(conversations::save(self.writing, &before, &after)?)
    }
}

/// "5.1.1": what else a report says in that place is not shown.
fn is_status(text: &str) -> bool {
    text.len() <= 12 && text.contains('.') && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}
