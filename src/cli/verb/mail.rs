//! `mail`: trying the mailboxes of the configuration, taking what is new in them, and sending what waits.

use crate::{
    cli::{arguments::MailCommand, call::Call, failure::Failure, output::Output, progress::Progress},
    config::{MailAccount, MailSource},
    desk::Desk,
    email::{
        Health, Intake, Stop, Taken, Told, Trouble, TroubleKind,
        check::{self, Finding},
        imap::{self, Mailbox, Patience, Way},
        maildir::{self, Maildir},
        worker::Worker,
    },
};
use serde::Serialize;
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::Duration,
};

/// How often an interrupt is looked for while a server is waited for.
const LOOK: Duration = Duration::from_millis(50);

/// How long a server may take for a step while somebody looks on.
const CHECK: Duration = Duration::from_secs(15);
/// How long nothing is said about waiting.
const QUIET: Duration = Duration::from_secs(2);

/// Does what was asked; whoever calls it needs no agent, since the configuration of this machine says everything.
///
/// # Errors
/// As the commands say.
pub fn run(command: &MailCommand, call: &Call, output: &mut Output) -> Result<(), Failure> {
    match command {
        MailCommand::Check { name } => check_all(&chosen(name.as_deref(), call)?, call, output),
        MailCommand::Sync { name } => sync_all(&chosen(name.as_deref(), call)?, call, output),
    }
}

fn chosen(name: Option<&str>, call: &Call) -> Result<Vec<MailAccount>, Failure> {
    let config = call.config()?;
    let chosen: Vec<MailAccount> =
        config.mail.iter().filter(|account| name.is_none_or(|name| account.name == name)).cloned().collect();
    match (chosen.is_empty(), name) {
        (false, _) => Ok(chosen),
        (true, Some(name)) => Err(Failure::not_found(format!("The configuration has no mailbox [mail.{name}]."))),
        (true, None) => Err(Failure::usage(
            "The configuration has no mailbox: add [mail.support] with the address that customers write to. Where the file is: deskline config",
        )),
    }
}

#[derive(Serialize)]
struct FindingJson<'a> {
    mailbox: &'a str,
    works: bool,
    text: &'a str,
}

fn check_all(accounts: &[MailAccount], call: &Call, output: &mut Output) -> Result<(), Failure> {
    // Without a desk the mailboxes can be tried all the same.
    let desk = call.desk().ok();
    let all = accounts.len();
    let mut broken = 0;
    for account in accounts {
        let findings = patiently_checked(account, desk.as_ref(), output);
        broken += usize::from(findings.iter().any(|finding| !finding.works));
        for finding in &findings {
            if output.json() {
                output.object(&FindingJson {
                    mailbox: &account.name,
                    works: finding.works,
                    text: &finding.sentence,
                })?;
            } else {
                let mark = if finding.works { "ok   " } else { "WRONG" };
                output.line(&format!("{}  {mark}  {}", account.name, finding.sentence))?;
            }
        }
        output.finish()?;
    }
    if let Some(sentence) = check::answers_come_to(accounts).filter(|_| !output.json()) {
        output.line(&sentence)?;
        output.finish()?;
    }
    match broken {
        0 => Ok(()),
        _ => Err(Failure::failed(format!(
            "{broken} of {all} mailboxes {} not work as it should.",
            if broken == 1 { "does" } else { "do" }
        ))),
    }
}

/// Tries an account, and says where that takes long.
fn patiently_checked(account: &MailAccount, desk: Option<&Desk>, output: &Output) -> Vec<Finding> {
    let way = Way { patience: Patience { step: CHECK, ..Patience::default() }, ..Way::default() };
    thread::scope(|scope| {
        let (done, waits) = mpsc::channel();
        scope.spawn(move || done.send(check::check(account, desk, &way)));
        waits.recv_timeout(QUIET).or_else(|error| {
            if error == RecvTimeoutError::Timeout {
                let seconds = CHECK.as_secs();
                let words = format!("still waiting for its server; each step of it may take {seconds} seconds.");
                output.notice(&format!("{}: {words}", account.name));
            }
            waits.recv()
        })
    })
    .unwrap_or_default()
}

#[derive(Serialize)]
struct SyncedJson<'a> {
    mailbox: &'a str,
    new: u64,
    again: u64,
    held: u64,
    history: u64,
}

fn sync_all(accounts: &[MailAccount], call: &Call, output: &mut Output) -> Result<(), Failure> {
    let desk = call.desk()?;
    let all = call.config()?.mail.clone();
    let health = Health::new(desk.clone());
    desk.only_mailboxes(&all.iter().map(|account| account.name.as_str()).collect::<Vec<_>>())?;
    let mut failed = Vec::new();
    for account in accounts {
        let name = account.name.as_str();
        let mut intake = Intake::new(desk.clone(), account, &all);
        let mut progress = output.progress("mails")?;
        let outcome = sync(account, &mut intake, &mut progress);
        progress.finish();
        drop(progress);
        let taken = intake.taken();
        if account.source != MailSource::Pipe {
            note(&health, account, outcome.as_ref().err());
            if outcome.is_ok() || taken != Taken::default() {
                tell(name, taken, output)?;
            }
        }
        let Err(trouble) = outcome else { continue };
        if trouble.kind == TroubleKind::Stopped {
            return Err(Failure::failed(format!(
                "Interrupted at the mailbox {name}, {} of its mails done. The same command again goes on; nothing is taken twice.",
                taken.new + taken.again
            )));
        }
        output.notice(&format!("{name}: {trouble}"));
        failed.push(name.to_owned());
    }
    // Whoever calls this does not want to wait for the next try.
    desk.hurry_mail()?;
    let troubles = send(&desk, accounts, &health, output)?;
    desk.nudge_mailboxes(&accounts.iter().map(|account| account.name.as_str()).collect::<Vec<_>>())?;
    for (name, sentence) in &troubles {
        output.notice(&format!("{name}: {sentence}"));
    }
    failed.extend(troubles.into_keys());
    failed.sort();
    failed.dedup();
    match failed.as_slice() {
        [] => Ok(()),
        names => Err(Failure::failed(format!(
            "Not everything was done for {}. The same command again goes on; nothing is taken or sent twice.",
            names.join(", ")
        ))),
    }
}

/// Administrators see how a mailbox does wherever they look, not only here.
fn note(health: &Health, account: &MailAccount, trouble: Option<&Trouble>) {
    let told = match trouble {
        None => Told::Works,
        // Nothing was found out.
        Some(Trouble { kind: TroubleKind::Stopped, .. }) => return,
        Some(trouble) => Told::Trouble(trouble, Duration::ZERO),
    };
    health.arriving(&account.name, &account.address, &told);
}

/// Sends what waits, and says how much of it left; what does not work, by mailbox.
fn send(
    desk: &Desk,
    accounts: &[MailAccount],
    health: &Health,
    output: &mut Output,
) -> Result<BTreeMap<String, String>, Failure> {
    if accounts.iter().all(|account| account.sending.is_none()) {
        return Ok(BTreeMap::new());
    }
    let troubles = Arc::new(Mutex::new(BTreeMap::new()));
    let noted = Arc::clone(&troubles);
    let left = Arc::new(AtomicUsize::new(0));
    let leaving = Arc::clone(&left);
    let health = health.clone();
    let tell = Box::new(move |name: &str, address: &str, trouble: Option<&Trouble>| {
        health.leaving(name, address, trouble);
        match trouble {
            None => drop(leaving.fetch_add(1, Ordering::Relaxed)),
            Some(trouble) => {
                let sentence = trouble.sentence.clone();
                noted.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), sentence);
            }
        }
    });
    // A name that no other process has, and no earlier one with the same number had.
    let name = format!("{}-{:016x}", std::process::id(), getrandom::u64().unwrap_or_default());
    let mut worker = Worker::new(desk.clone(), name, accounts, tell);
    let mut progress = output.progress("mails")?;
    loop {
        let sent = left.load(Ordering::Relaxed);
        if !progress.at(0, 0, sent) {
            progress.finish();
            return Err(Failure::failed(format!(
                "Interrupted after {sent} mails were sent. The same command again goes on; nothing is sent twice."
            )));
        }
        if !worker.send_one()? {
            break;
        }
    }
    progress.finish();
    let sent = left.load(Ordering::Relaxed);
    if output.json() {
        output.object(&SentJson { sent })?;
    } else if sent > 0 {
        output.line(&format!("{} sent", counted(sent as u64, "mail")))?;
    }
    let mut troubles = troubles.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(std::mem::take(&mut *troubles))
}

fn counted(number: u64, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

#[derive(Serialize)]
struct SentJson {
    sent: usize,
}

fn tell(name: &str, taken: Taken, output: &mut Output) -> Result<(), Failure> {
    let Taken { new, again, held, history } = taken;
    if output.json() {
        return output.object(&SyncedJson { mailbox: name, new, again, held, history });
    }
    let mut sentence = format!("{name}: {}", counted(new, "new mail"));
    for (number, what) in
        [(history, "of them as history"), (held, "of them wait in Queue › Held"), (again, "were there already")]
    {
        if number > 0 {
            sentence = format!("{sentence}, {number} {what}");
        }
    }
    output.line(&sentence)
}

fn sync(account: &MailAccount, intake: &mut Intake, progress: &mut Progress) -> Result<(), Trouble> {
    let stop = Stop::default();
    let over = Arc::new(AtomicBool::new(false));
    let watcher = {
        let (interrupted, stop, over) = (progress.interrupt(), stop.clone(), Arc::clone(&over));
        thread::spawn(move || {
            while !over.load(Ordering::Relaxed) {
                if interrupted.load(Ordering::Relaxed) {
                    stop.ask();
                }
                thread::sleep(LOOK);
            }
        })
    };
    let mut tell = |so_far: crate::email::Progress| {
        let count = usize::try_from(so_far.done).unwrap_or(usize::MAX);
        if !progress.at(so_far.done, so_far.total, count) {
            stop.ask();
        }
    };
    let outcome = match &account.source {
        MailSource::Imap(_) => Mailbox::of(account).map(|mailbox| {
            let way = Way { stop: stop.clone(), ..Way::default() };
            imap::sync(&mailbox, &way, intake, &mut tell)
        }),
        MailSource::Maildir(_) => Maildir::of(account).map(|maildir| maildir::sync(&maildir, &stop, intake, &mut tell)),
        MailSource::Pipe => None,
    };
    over.store(true, Ordering::Relaxed);
    let _ = watcher.join();
    outcome.map_or(Ok(()), |outcome| outcome.map(|_| ()))
}
