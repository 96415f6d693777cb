//! Mails that came in: each once, with the bytes it came as, what was decided about it and why.

use super::{Result, conversations::moment, correspondents};
use crate::domain::{
    authentication::Checked,
    id::{ConversationId, EntrySeq, MailId},
    letter::Nature,
    mail::{HeldWhy, InMail, MailTaken, Place, Reason, Verdict},
};
use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

/// A mail on its way into the table.
#[derive(Debug, Clone, Copy)]
pub struct NewMail<'a> {
    /// As the mailbox handed it in.
    pub mail: &'a InMail,
    /// SHA-256 of its bytes.
    pub hash: &'a [u8; 32],
    /// SHA-256 of what makes it the same letter.
    pub letter_hash: Option<&'a [u8; 32]>,
    /// The sender's address, lower case; empty where it claims nobody.
    pub sender: &'a str,
    /// Milliseconds since 1970.
    pub at: i64,
    /// Whether to keep the bytes.
    pub keeps_raw: bool,
}

/// What was decided about a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// The verdict.
    pub verdict: Verdict,
    /// Why, in sentences.
    pub reasons: Vec<Reason>,
    /// The conversation it went to, or would have gone to.
    pub conversation: Option<ConversationId>,
    /// The message's row.
    pub message: Option<i64>,
}

/// A mail as stored, without its bytes.
#[derive(Debug, Clone)]
pub struct StoredMail {
    /// The mail.
    pub id: MailId,
    /// The mailbox.
    pub mailbox: String,
    /// Milliseconds since 1970.
    pub at: i64,
    /// The sender's address; may be empty.
    pub sender: String,
    /// The sender's name; may be empty.
    pub sender_name: String,
    /// The subject.
    pub subject: String,
    /// The topmost Authentication-Results; may be empty.
    pub authentication: String,
    /// What was decided, and why.
    pub decided: Decided,
}

fn lines(reasons: &[Reason]) -> String {
    reasons.iter().map(Reason::line).collect::<Vec<_>>().join("\n")
}

/// Writes a mail and what was decided about it.
///
/// # Errors
/// What SQLite says.
pub fn insert(connection: &Connection, new: &NewMail<'_>, decided: &Decided) -> Result<MailId> {
    let letter = new.mail.letter.as_ref().ok();
    let claims = new.mail.claims.as_ref();
    let from = letter.map_or_else(|| claims.and_then(|claims| claims.from.as_ref()), |letter| letter.from.first());
    let subject = letter.map(|letter| letter.subject.as_str()).or(claims.map(|claims| claims.subject.as_str()));
    let checked = letter.map(|letter| Checked::of(&letter.authentication)).unwrap_or_default();
    connection
        .prepare_cached(
            "INSERT INTO mail (mailbox, own_addresses, group_name, hash, received_at, envelope_from, envelope_to, sent, sender, \
             sender_name, subject, header_id, letter_hash, authentication, verdict, held_because, reasons, conversation_id, message_id, \
             checked_by, vouched, automatic) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)",
        )?
        .execute(params![
            new.mail.mailbox,
            new.mail.addresses.join("\n"),
            new.mail.group,
            new.hash.as_slice(),
            new.at,
            new.mail.envelope_from,
            new.mail.envelope_to.join("\n"),
            new.mail.sent,
            new.sender,
            from.map_or("", |from| from.name.as_str()),
            subject.unwrap_or_default(),
            letter.and_then(|letter| letter.message_id.as_deref()),
            new.letter_hash.map(<[u8; 32]>::as_slice),
            letter.map(|letter| Checked::heard(&letter.authentication)).unwrap_or_default(),
            decided.verdict.word(),
            decided.verdict.held().map(HeldWhy::word),
            lines(&decided.reasons),
            decided.conversation.map(|id| id.0),
            decided.message,
            checked.by,
            checked.vouches_for(new.sender),
            letter.is_some_and(|letter| letter.nature != Nature::Person),
        ])?;
    let id = MailId(connection.last_insert_rowid());
    if new.keeps_raw {
        connection
            .prepare_cached("INSERT INTO raw_mail (mail_id, bytes) VALUES (?1, ?2)")?
            .execute(params![id.0, new.mail.raw])?;
    }
    if let Some(letter) = letter {
        for (part, people) in [
            ("from", &letter.from[..]),
            ("sender", letter.sender.as_slice()),
            ("reply-to", &letter.reply_to),
            ("to", &letter.to),
            ("cc", &letter.cc),
        ] {
            correspondents::insert(connection, id, part, people, &new.mail.addresses)?;
        }
    }
    Ok(id)
}

/// Writes what was decided about a mail after all.
///
/// # Errors
/// What SQLite says.
pub fn decide(connection: &Connection, id: MailId, decided: &Decided) -> Result<()> {
    connection
        .prepare_cached(
            "UPDATE mail SET verdict = ?2, held_because = ?3, reasons = ?4, conversation_id = ?5, message_id = ?6 WHERE id = ?1",
        )?
        .execute(params![
            id.0,
            decided.verdict.word(),
            decided.verdict.held().map(HeldWhy::word),
            lines(&decided.reasons),
            decided.conversation.map(|id| id.0),
            decided.message,
        ])?;
    Ok(())
}

/// Remembers that an agent whose mail was refused is to be told so.
///
/// # Errors
/// What SQLite says.
pub fn queue_refusal(connection: &Connection, id: MailId, address: &str) -> Result<()> {
    connection
        .prepare_cached("INSERT INTO mail_refusal (mail_id, address, state) VALUES (?1, ?2, 'queued')")?
        .execute(params![id.0, address])?;
    Ok(())
}

/// How many messages a sender's mails made between two moments (milliseconds since 1970), counted up to `limit`.
///
/// # Errors
/// What SQLite says.
pub fn count_of_sender(connection: &Connection, sender: &str, between: (i64, i64), limit: usize) -> Result<usize> {
    count(connection, "sender = ?1", sender, between, limit)
}

/// How many messages mails made in a conversation between two moments (milliseconds since 1970), counted up to `limit`.
///
/// # Errors
/// What SQLite says.
pub fn count_in_thread(
    connection: &Connection,
    conversation: ConversationId,
    between: (i64, i64),
    limit: usize,
) -> Result<usize> {
    count(connection, "conversation_id = ?1", conversation.0, between, limit)
}

/// In the order of time: what is held because there was too much comes behind what is counted, and is not looked at.
fn count(
    connection: &Connection,
    which: &str,
    of: impl rusqlite::ToSql,
    (since, until): (i64, i64),
    limit: usize,
) -> Result<usize> {
    let sql = format!(
        "SELECT count(*) FROM (SELECT 1 FROM mail WHERE verdict = 'message' AND {which} \
         AND received_at > ?2 AND received_at < ?3 ORDER BY received_at LIMIT ?4)"
    );
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let counted: i64 =
        connection.prepare_cached(&sql)?.query_row(params![of, since, until, limit], |row| row.get(0))?;
    Ok(usize::try_from(counted).unwrap_or(usize::MAX))
}

/// Throws the bytes of a mail away.
///
/// # Errors
/// What SQLite says.
pub fn drop_raw(connection: &Connection, id: MailId) -> Result<()> {
    connection.prepare_cached("DELETE FROM raw_mail WHERE mail_id = ?1")?.execute([id.0])?;
    Ok(())
}

const TAKEN: &str = "SELECT mail.id, mail.verdict, mail.held_because, mail.conversation_id, message.conversation_id, message.seq \
     FROM mail LEFT JOIN message ON message.id = mail.message_id";

fn taken(row: &Row<'_>) -> rusqlite::Result<MailTaken> {
    let conversation: Option<i64> = row.get(3)?;
    // A message may have moved since.
    let lies_in: Option<i64> = row.get(4)?;
    Ok(MailTaken {
        mail: MailId(row.get(0)?),
        verdict: verdict(row, 1)?,
        conversation: lies_in.or(conversation).map(ConversationId),
        message: row.get::<_, Option<i64>>(5)?.map(EntrySeq),
        again: true,
    })
}

/// A verdict from two columns: its word, and why it is held.
fn verdict(row: &Row<'_>, column: usize) -> rusqlite::Result<Verdict> {
    let stored: String = row.get(column)?;
    let why: Option<String> = row.get(column + 1)?;
    let why = why.map(|why| why.parse::<HeldWhy>());
    let failed = |sentence: String| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, sentence.into())
    };
    let why = why.transpose().map_err(failed)?;
    Verdict::read(&stored, why).ok_or_else(|| failed(format!("“{stored}” is no verdict.")))
}

/// The mail that was taken in from a place.
///
/// # Errors
/// What SQLite says.
pub fn at_place(connection: &Connection, mailbox: &str, place: &Place) -> Result<Option<MailTaken>> {
    let sql = format!(
        "{TAKEN} JOIN mail_place p ON p.mail_id = mail.id \
         WHERE p.mailbox = ?1 AND p.folder = ?2 AND p.uid_validity = ?3 AND p.uid = ?4"
    );
    Ok(connection
        .prepare_cached(&sql)?
        .query_row(params![mailbox, place.folder, place.uid_validity, place.uid], taken)
        .optional()?)
}

/// The mail of a mailbox with these bytes.
///
/// # Errors
/// What SQLite says.
pub fn by_hash(connection: &Connection, mailbox: &str, hash: &[u8; 32]) -> Result<Option<MailTaken>> {
    let sql = format!("{TAKEN} WHERE mail.mailbox = ?1 AND mail.hash = ?2");
    Ok(connection.prepare_cached(&sql)?.query_row(params![mailbox, hash.as_slice()], taken).optional()?)
}

/// The first mail that is the same letter and became a message, with that message's row and its mailbox.
///
/// # Errors
/// What SQLite says.
pub fn by_letter(connection: &Connection, letter_hash: &[u8; 32]) -> Result<Option<(MailTaken, i64, String)>> {
    Ok(connection
        .prepare_cached(
            "SELECT mail.id, mail.verdict, mail.held_because, mail.conversation_id, message.conversation_id, message.seq, \
             message.id, mail.mailbox FROM mail JOIN message ON message.id = mail.message_id \
             WHERE mail.letter_hash = ?1 AND mail.verdict IN ('message', 'sent-outside') ORDER BY mail.id LIMIT 1",
        )?
        .query_row([letter_hash.as_slice()], |row| Ok((taken(row)?, row.get(6)?, row.get(7)?)))
        .optional()?)
}

/// Remembers that a mail lies at a place.
///
/// # Errors
/// What SQLite says.
pub fn remember_place(connection: &Connection, mailbox: &str, place: &Place, mail: MailId) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO mail_place (mailbox, folder, uid_validity, uid, mail_id) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
        )?
        .execute(params![mailbox, place.folder, place.uid_validity, place.uid, mail.0])?;
    Ok(())
}

const STORED: &str = "SELECT id, mailbox, received_at, sender, sender_name, subject, authentication, verdict, held_because, \
     reasons, conversation_id, message_id FROM mail";

fn stored(row: &Row<'_>) -> rusqlite::Result<StoredMail> {
    let reasons: String = row.get(9)?;
    Ok(StoredMail {
        id: MailId(row.get(0)?),
        mailbox: row.get(1)?,
        at: row.get(2)?,
        sender: row.get(3)?,
        sender_name: row.get(4)?,
        subject: row.get(5)?,
        authentication: row.get(6)?,
        decided: Decided {
            verdict: verdict(row, 7)?,
            reasons: reasons.lines().map(Reason::read).collect(),
            conversation: row.get::<_, Option<i64>>(10)?.map(ConversationId),
            message: row.get(11)?,
        },
    })
}

/// One mail.
///
/// # Errors
/// What SQLite says.
pub fn by_id(connection: &Connection, id: MailId) -> Result<Option<StoredMail>> {
    Ok(connection.prepare_cached(&format!("{STORED} WHERE id = ?1"))?.query_row([id.0], stored).optional()?)
}

/// The mails that became a message, the first one first: one letter can come in on several ways.
///
/// # Errors
/// What SQLite says.
pub fn of_message(connection: &Connection, message: i64) -> Result<Vec<StoredMail>> {
    let mut statement = connection.prepare_cached(&format!("{STORED} WHERE message_id = ?1 ORDER BY id"))?;
    Ok(statement.query_map([message], stored)?.collect::<rusqlite::Result<_>>()?)
}

/// The mails that came under a Message-ID, the first one first, at most `limit`: senders choose it, and may repeat one.
///
/// # Errors
/// What SQLite says.
pub fn by_header(connection: &Connection, header_id: &str, limit: usize) -> Result<Vec<StoredMail>> {
    let mut statement = connection.prepare_cached(&format!("{STORED} WHERE header_id = ?1 ORDER BY id LIMIT ?2"))?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    Ok(statement.query_map(params![header_id, limit], stored)?.collect::<rusqlite::Result<_>>()?)
}

/// What waits for an administrator, newest first, at most `limit`.
///
/// # Errors
/// What SQLite says.
pub fn held(connection: &Connection, limit: usize) -> Result<Vec<StoredMail>> {
    let mut statement = connection
        .prepare_cached(&format!("{STORED} WHERE verdict IN ('held', 'quarantined') ORDER BY id DESC LIMIT ?1"))?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    Ok(statement.query_map([limit], stored)?.collect::<rusqlite::Result<_>>()?)
}

/// The bytes of a mail, where they are kept.
///
/// # Errors
/// What SQLite says.
pub fn raw(connection: &Connection, id: MailId) -> Result<Option<Vec<u8>>> {
    Ok(connection
        .prepare_cached("SELECT bytes FROM raw_mail WHERE mail_id = ?1")?
        .query_row([id.0], |row| row.get(0))
        .optional()?)
}

/// A mail as its mailbox handed it in, unread: what it says is the caller's to find out again.
///
/// # Errors
/// What SQLite says.
pub fn handed_in(connection: &Connection, id: MailId) -> Result<Option<InMail>> {
    let lines = |text: String| text.lines().map(str::to_owned).collect::<Vec<_>>();
    Ok(connection
        .prepare_cached(
            "SELECT mailbox, own_addresses, group_name, envelope_from, envelope_to, sent, bytes FROM mail \
             JOIN raw_mail ON raw_mail.mail_id = mail.id WHERE mail.id = ?1",
        )?
        .query_row([id.0], |row| {
            Ok(InMail {
                mailbox: row.get(0)?,
                addresses: lines(row.get(1)?),
                group: row.get(2)?,
                place: None,
                envelope_from: row.get(3)?,
                envelope_to: lines(row.get(4)?),
                sent: row.get(5)?,
                // Let go by an administrator, it is there now.
                history: None,
                raw: row.get(6)?,
                letter: Err(String::new()),
                claims: None,
            })
        })
        .optional()?)
}

/// When a stored mail came.
pub fn came_at(mail: &StoredMail) -> DateTime<Utc> {
    moment(mail.at)
}
