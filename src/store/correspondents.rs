//! Whom mails name, and which addresses are the desk's own.

use super::Result;
use crate::domain::{
    id::{ConversationId, EntrySeq, MailId},
    letter::Correspondent,
    mail::Addressed,
};
use rusqlite::{Connection, Row, params};

/// So many people of one header are kept: who writes to more writes to nobody.
const MOST_CORRESPONDENTS: usize = 100;

/// Writes down whom a header of a mail names.
///
/// # Errors
/// What SQLite says.
pub fn insert(connection: &Connection, id: MailId, part: &str, people: &[Correspondent], own: &[String]) -> Result<()> {
    for (number, person) in (1_i64..).zip(people.iter().take(MOST_CORRESPONDENTS)) {
        let address = person.address.to_lowercase();
        let ours = is_own(own, &address);
        // A broken header leaves addresses that hold one of ours and go on.
        let address = if ours { address } else { bare(own, &address) };
        connection
            .prepare_cached(
                "INSERT INTO correspondent (mail_id, part, number, name, address, own) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![id.0, part, number, bare(own, &person.name), address, ours])?;
    }
    Ok(())
}

/// Whether an address is one of the desk's, with or without a token behind a `+`.
pub fn is_own(own: &[String], address: &str) -> bool {
    own.iter().any(|own| own == address || without_tag(address).is_some_and(|bare| bare == *own))
}

/// "support+token@acme.example" as "support@acme.example".
fn without_tag(address: &str) -> Option<String> {
    let (local, domain) = address.rsplit_once('@')?;
    let (local, _) = local.split_once('+')?;
    Some(format!("{local}@{domain}"))
}

/// Words in which our own addresses have no tags: some mail programs name people as their addresses are spelt.
fn bare(own: &[String], words: &str) -> String {
    own.iter().filter_map(|own| own.rsplit_once('@')).fold(words.to_owned(), |words, (local, domain)| {
        let (before, behind) = (format!("{local}+"), format!("@{domain}"));
        let (mut kept, mut rest) = (String::with_capacity(words.len()), words.as_str());
        while let Some(at) = rest.to_ascii_lowercase().find(&before) {
            let plus = at + local.len();
            let tag = rest[plus + 1..].bytes().take_while(u8::is_ascii_alphanumeric).count();
            let (end, tail) = (plus + 1 + tag, behind.len());
            let ours = rest.get(end..end + tail).is_some_and(|tail| tail.eq_ignore_ascii_case(&behind));
            kept.push_str(&rest[..if ours { plus } else { plus + 1 }]);
            rest = &rest[if ours { end } else { plus + 1 }..];
        }
        kept + rest
    })
}

/// Whom a header of a mail names, in order; of a tag behind one of our own addresses only that there is one.
///
/// # Errors
/// What SQLite says.
pub fn of_mail(connection: &Connection, id: MailId, part: &str) -> Result<Vec<Correspondent>> {
    let mut statement = connection.prepare_cached(
        "SELECT name, address, own FROM correspondent WHERE mail_id = ?1 AND part = ?2 ORDER BY number",
    )?;
    let rows = statement.query_map(params![id.0, part], |row| correspondent(row, 0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Somebody from three columns, name, address and whether it is one of ours.
fn correspondent(row: &Row<'_>, column: usize) -> rusqlite::Result<Correspondent> {
    let (name, address, own): (String, String, bool) = (row.get(column)?, row.get(column + 1)?, row.get(column + 2)?);
    let bare = without_tag(&address).filter(|_| own);
    Ok(Correspondent { name, address: bare.unwrap_or(address) })
}

/// So many people of one header stand beside a message.
const MOST_SHOWN: u32 = 8;

/// Whom the mails behind the messages of a window name, with the messages' rows; of a message that came in on several ways
/// the first mail, and of each header its first people.
///
/// # Errors
/// What SQLite says.
pub fn of_window(
    connection: &Connection,
    conversation: ConversationId,
    (first, last): (EntrySeq, EntrySeq),
) -> Result<Vec<(i64, Addressed)>> {
    let mut statement = connection.prepare_cached(
        "SELECT message_id, min(id), authentication, automatic FROM mail \
         WHERE message_id IN (SELECT id FROM message WHERE conversation_id = ?1 AND seq BETWEEN ?2 AND ?3) \
         AND verdict IN ('message', 'sent-outside') GROUP BY message_id",
    )?;
    let rows = statement.query_map([conversation.0, first.0, last.0], |row| {
        let addressed = Addressed { authentication: row.get(2)?, automatic: row.get(3)?, ..Addressed::default() };
        Ok((row.get(0)?, MailId(row.get(1)?), addressed))
    })?;
    let mut named = Vec::new();
    for row in rows {
        let (message, mail, mut addressed) = row?;
        fill(connection, mail, &mut addressed)?;
        named.push((message, addressed));
    }
    Ok(named)
}

fn fill(connection: &Connection, mail: MailId, addressed: &mut Addressed) -> Result<()> {
    let mut statement = connection.prepare_cached(
        "SELECT part, name, address, own FROM correspondent WHERE mail_id = ?1 AND number <= ?2 ORDER BY part, number",
    )?;
    let rows = statement
        .query_map(params![mail.0, MOST_SHOWN], |row| Ok((row.get::<_, String>(0)?, correspondent(row, 1)?)))?;
    for row in rows {
        let (part, person) = row?;
        match part.as_str() {
            "from" => addressed.from.push(person),
            "reply-to" => addressed.reply_to.push(person),
            "to" => addressed.to.push(person),
            "cc" => addressed.cc.push(person),
            _ => {}
        }
    }
    let more = |part: &str, shown: usize| -> Result<usize> {
        if shown < usize::try_from(MOST_SHOWN).unwrap_or(usize::MAX) {
            return Ok(0);
        }
        let all: u32 = connection
            .prepare_cached("SELECT max(number) FROM correspondent WHERE mail_id = ?1 AND part = ?2")?
            .query_row(params![mail.0, part], |row| row.get(0))?;
        Ok(usize::try_from(all.saturating_sub(MOST_SHOWN)).unwrap_or(0))
    };
    (addressed.more_to, addressed.more_cc) = (more("to", addressed.to.len())?, more("cc", addressed.cc.len())?);
    Ok(())
}

/// So many mails of a conversation are looked at for whom they name, the newest: a page must not cost what came in years.
const LOOKED_AT: u32 = 100;

/// Whom the messages of a conversation that came by mail were sent to besides us, or where their answers are wanted: each
/// address once, the newest mail first, at most 50.
///
/// # Errors
/// What SQLite says.
pub fn copied(connection: &Connection, conversation: ConversationId) -> Result<Vec<Correspondent>> {
    let mut statement = connection.prepare_cached(
        "SELECT c.name, c.address FROM (SELECT id, message_id FROM mail WHERE conversation_id = ?1 \
         AND verdict = 'message' ORDER BY received_at DESC LIMIT ?2) newest CROSS JOIN message m ON m.id = newest.message_id \
         CROSS JOIN correspondent c ON c.mail_id = newest.id AND c.part IN ('to', 'cc', 'reply-to') AND c.own = 0 \
         WHERE m.customer_id IS NOT NULL GROUP BY c.address ORDER BY max(newest.id) DESC, c.address LIMIT 50",
    )?;
    let rows = statement.query_map(params![conversation.0, LOOKED_AT], |row| {
        Ok(Correspondent { name: row.get(0)?, address: row.get(1)? })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Who is not suggested any more in a conversation, by address.
///
/// # Errors
/// What SQLite says.
pub fn dismissed(connection: &Connection, conversation: ConversationId) -> Result<Vec<String>> {
    let mut statement = connection.prepare_cached("SELECT address FROM dismissed WHERE conversation_id = ?1")?;
    let rows = statement.query_map([conversation.0], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Suggests an address no more in a conversation.
///
/// # Errors
/// What SQLite says.
pub fn dismiss(connection: &Connection, conversation: ConversationId, address: &str) -> Result<()> {
    connection
        .prepare_cached("INSERT INTO dismissed (conversation_id, address) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
        .execute(params![conversation.0, address])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_no_tag_behind_an_address_of_ours() {
        let own = ["support@acme.example".to_owned(), "hilfe@acme.example".to_owned()];
        for (words, expected) in [
            ("Support+AbC27@Acme.Example", "Support@Acme.Example"),
            ("'support+a@acme.example' or <hilfe+b@acme.example>", "'support@acme.example' or <hilfe@acme.example>"),
            ("support+a@acme.example'\"<vic@example.net", "support@acme.example'\"<vic@example.net"),
            ("support+support+a@acme.example", "support+support@acme.example"),
            ("support+ää@acme.example", "support+ää@acme.example"),
            ("support+a@acme.exampl", "support+a@acme.exampl"),
            ("support+", "support+"),
            ("Mara + Jo", "Mara + Jo"),
            ("", ""),
        ] {
            assert_eq!(bare(&own, words), expected);
        }
    }
}
