//! `status`: how a served desk is doing, without a word of what is in it.

use crate::{
    cli::{
        call::Call,
        failure::Failure,
        json::{SessionJson, StatusJson},
        output::Output,
    },
    desk::{
        Desk,
        page::{Moment, Wants},
    },
    domain::refusal::Refusal,
    ssh::status::{self, Status},
};

/// Tells who is here, what waits and how large the desk is.
///
/// # Errors
/// Nobody serves the desk, which is told after its figures; or somebody acts who is no administrator (R5.6).
pub fn run(call: &Call, output: &mut Output) -> Result<(), Failure> {
    let desk = call.desk()?;
    if call.names_an_actor() {
        let acting = call.acting()?;
        if !acting.read(Wants::default())?.me.role.administers() {
            return Err(Refusal::denied("R5.6", "This is for the owner and admins. Ask one of them.").into());
        }
    }
    let told = status::read(desk.file()).map_err(|error| {
        Failure::failed(format!("The server's status cannot be read: {error}. It may be of another version."))
    })?;
    print(&desk, told.as_ref(), output)?;
    match told {
        Some(_) => Ok(()),
        None => Err(Failure::not_found("Nobody serves this desk now: “deskline serve --ssh ADDRESS:PORT”.")),
    }
}

fn print(desk: &Desk, told: Option<&Status>, output: &mut Output) -> Result<(), Failure> {
    let figures = desk.figures()?;
    let troubled = desk.troubled_mailboxes()?;
    let now = desk.now();
    if output.json() {
        return output.object(&StatusJson::new(told, &figures, &troubled, now));
    }
    if let Some(server) = told {
        let addresses: Vec<String> = server.addresses.iter().map(ToString::to_string).collect();
        output.line(&format!("Served for {} by process {}", lasted(server.since, now), server.pid))?;
        if !addresses.is_empty() {
            output.line(&format!("SSH on {}, host key {}", addresses.join(", "), server.fingerprint))?;
        }
        output.line(&format!("Sessions {}, not logged in {}", server.sessions.len(), server.strangers))?;
        if !server.sessions.is_empty() {
            output.rows(&server.sessions.iter().map(SessionJson::from).collect::<Vec<_>>())?;
        }
    } else {
        output.line("Not served")?;
    }
    output.line(&format!(
        "Queue: {} unassigned, {} to be reassigned, {} on the way to customers",
        figures.unassigned, figures.needs_reassignment, figures.queued
    ))?;
    if figures.undelivered > 0 {
        output.line(&format!("Replies not delivered within the last day: {}", figures.undelivered))?;
    }
    for mailbox in &troubled {
        let again = match mailbox.next.filter(|next| *next > now) {
            Some(next) => format!("Next try at {}; “deskline mail sync” tries at once.", output.clock(next)),
            None => "“deskline mail sync” tries at once.".to_owned(),
        };
        let trouble = mailbox.trouble.as_deref().unwrap_or_default();
        output.line(&format!("Mailbox {} is in trouble: {trouble} {again}", mailbox.name))?;
    }
    output.line(&format!("Desk: {}, schema {}", size(figures.bytes), figures.schema))
}

/// A time in its largest unit that is more than one.
fn lasted(since: Moment, now: Moment) -> String {
    let minutes = (now - since).num_minutes();
    match minutes {
        ..2 => format!("{} seconds", (now - since).num_seconds().max(0)),
        2..120 => format!("{minutes} minutes"),
        120..2880 => format!("{} hours", minutes / 60),
        2880.. => format!("{} days", minutes / 1440),
    }
}

fn size(bytes: u64) -> String {
    match bytes {
        ..1_048_576 => format!("{} KB", bytes.div_ceil(1024)),
        1_048_576..1_073_741_824 => format!("{} MB", bytes / 1_048_576),
        1_073_741_824.. => format!("{}.{} GB", bytes >> 30, ((bytes % (1 << 30)) * 10) >> 30),
    }
}

#[cfg(test)]
mod tests {
    use super::{lasted, size};
    use chrono::{Duration, TimeZone as _, Utc};

    #[test]
    fn times_and_sizes_are_said_shortly() {
        let since = Utc.timestamp_opt(0, 0).single().unwrap_or_default();
        let said = |seconds| lasted(since, since + Duration::seconds(seconds));
        assert_eq!(
            [said(-3), said(5), said(200), said(7200), said(400_000)],
            [
                "0 seconds".to_owned(),
                "5 seconds".to_owned(),
                "3 minutes".to_owned(),
                "2 hours".to_owned(),
                "4 days".to_owned()
            ]
        );
        assert_eq!(
            [size(10), size(5 << 20), size(3 << 29)],
            ["1 KB".to_owned(), "5 MB".to_owned(), "1.5 GB".to_owned()]
        );
    }
}
