//! One mailbox on an IMAP server: taken once, watched for as long as nobody asks to stop, or looked at to see whether it works.

use super::{
    connect::connect,
    date,
    folders::Abilities,
    names,
    session::Session,
    sync::{self, Folder, Hands, Memory, Rest, Shelves},
    way::Way,
};
use crate::{
    config::{MailAccount, MailServer, MailSource, PasswordPlace, SentFolder},
    email::{
        Backoff, Password, Progress, Taker, Told, Trouble, TroubleKind,
        check::{Finding, coming_as_history, read_for, unusable, works},
    },
};
use chrono::NaiveDate;
use std::{fmt::Write as _, path::PathBuf, time::Duration};
use tokio::{
    runtime::{Builder, Runtime},
    time::Instant,
};

/// The folder that mail arrives in; every server calls it so.
const INBOX: &str = "INBOX";
/// How long a command may take that prints a password.
const PASSWORD: Duration = Duration::from_secs(30);

/// How a mailbox is reached.
#[derive(Debug, Clone)]
pub struct Mailbox {
    /// Its server, with who logs in.
    pub server: MailServer,
    /// Where the password is.
    pub password: PasswordPlace,
    /// Certificate authorities of one's own.
    pub authority: Option<PathBuf>,
    /// Which folder has what the team sent from elsewhere.
    pub sent: SentFolder,
}

impl Mailbox {
    /// How this account is reached; `None` where its mail comes from elsewhere.
    pub fn of(account: &MailAccount) -> Option<Self> {
        match (&account.source, &account.password) {
            (MailSource::Imap(server), Some(password)) => Some(Self {
                server: server.clone(),
                password: password.clone(),
                authority: account.authority.clone(),
                sent: account.sent.clone(),
            }),
            (MailSource::Imap(_) | MailSource::Maildir(_) | MailSource::Pipe, _) => None,
        }
    }
}

/// Takes what is new, once.
///
/// # Errors
/// What went wrong; whatever was handed over until then stays taken.
pub fn sync(
    mailbox: &Mailbox,
    way: &Way,
    taker: &mut dyn Taker,
    tell: &mut dyn FnMut(Progress),
) -> Result<Progress, Trouble> {
    let mut memory = Memory::default();
    let mut hands = Hands { taker, tell, progress: Progress::default() };
    let mut failures = 0;
    loop {
        let outcome = runtime()?.block_on(async {
            let mut login = Login::new(mailbox, way, &mut memory).await?;
            login.take_all(&mut memory, &mut hands).await?;
            login.session.leave().await;
            memory.sent.take().map_or(Ok(()), |rest| Err(rest.trouble))
        });
        match outcome {
            Ok(()) => return Ok(hands.progress),
            // One mail that the server cannot give would hold up all behind it, at every run.
            Err(Trouble {
                kind: TroubleKind::Refused | TroubleKind::Busy | TroubleKind::Gibberish | TroubleKind::Silence,
                ..
            }) if (memory.seeks() || memory.unlisted.is_some()) && failures <= sync::TRIES => {
                failures += 1;
                // At once, as all the others.
                memory.sent = None;
                hands.progress.total = hands.progress.done;
            }
            Err(trouble) => return Err(trouble),
        }
    }
}

/// Watches until somebody asks to stop; whatever goes wrong is told, and tried again later. `random` gives any numbers.
pub fn watch(
    mailbox: &Mailbox,
    way: &Way,
    taker: &mut dyn Taker,
    random: &mut dyn FnMut() -> u64,
    tell: &mut dyn FnMut(Told<'_>),
) {
    let mut backoff = Backoff::default();
    let mut memory = Memory::default();
    while !way.stop.asked() {
        let (began, mut works) = (Instant::now(), false);
        let outcome = runtime().and_then(|runtime| {
            let (backoff, memory) = (&mut backoff, &mut memory);
            runtime.block_on(stay(mailbox, way, memory, taker, &mut |told| {
                if matches!(told, Told::Works | Told::Partly(..))
                    || matches!(told, Told::Progress(progress) if progress.done > 0)
                {
                    backoff.worked();
                    works = true;
                }
                tell(told);
            }))
        });
        match outcome {
            Ok(()) => {}
            Err(trouble) if trouble.kind == TroubleKind::Stopped => return,
            // What arrives does not wait for it.
            Err(_) if std::mem::take(&mut memory.broken_by_sent) => {}
            // Servers end long connections, where a token runs out each hour: only a next one that fails is a trouble.
            Err(trouble) if works && began.elapsed() >= way.patience.idle && is_of_line(trouble.kind) => {}
            Err(trouble) => {
                let wait = backoff.failed(trouble.kind, random());
                tell(Told::Trouble(&trouble, wait));
                way.stop.rest(wait);
            }
        }
    }
}

/// Whether a trouble can be that of one connection.
fn is_of_line(kind: TroubleKind) -> bool {
    kind.is_no() || matches!(kind, TroubleKind::Connection | TroubleKind::Silence)
}

/// Logs in and looks at the folders, without taking anything; what was found, a sentence each. `history`: the day before which
/// what arrived will come in as history, where that is to be said.
///
/// # Errors
/// What does not work.
pub fn look(mailbox: &Mailbox, history: Option<NaiveDate>, way: &Way) -> Result<Vec<Finding>, Trouble> {
    let mut memory = Memory::default();
    runtime()?.block_on(async {
        let mut login = match Login::new(mailbox, way, &mut memory).await {
            Err(_) if memory.unlisted.is_some() => Login::new(mailbox, way, &mut memory).await?,
            login => login?,
        };
        let user = mailbox.server.user.as_deref().unwrap_or_default();
        let mut found = vec![works(format!("“{user}” is let in at {}.", mailbox.server))];
        let mut unopened = None;
        for folder in login.folders() {
            let opened = match login.session.open(&folder.name, !folder.sent).await {
                Ok(opened) => opened,
                // It is still there and says more of the others.
                Err(trouble) if trouble.kind.is_no() => {
                    unopened = folder.sent.then_some(found.len()).or(unopened);
                    found.push(unusable(&trouble, folder.sent.then_some(&mailbox.sent)));
                    continue;
                }
                Err(trouble) => return Err(trouble),
            };
            let name = names::readable(&folder.name);
            found.push(works(read_for(&name, folder.sent, opened.exists.into())));
            if let Some(day) = history {
                let old = login.session.older(opened.exists, &date::day(day)).await?;
                found.extend(coming_as_history(&name, old.into(), day).map(works));
            }
        }
        if mailbox.sent == SentFolder::Unread {
            found.push(works("What is sent from elsewhere is not read (sent = \"\")."));
        }
        found.push(works(if login.abilities.has("IDLE") {
            "The server tells of new mail by itself (IDLE).".to_owned()
        } else {
            format!(
                "The server does not tell of new mail by itself; it is asked every {} seconds.",
                way.patience.poll.as_secs()
            )
        }));
        // At last: a list that cannot be read ends the connection.
        if unopened.is_some() || login.sent.is_none() && mailbox.sent != SentFolder::Unread {
            let asked_for = match &mailbox.sent {
                SentFolder::Named(name) => Some(name.as_str()),
                SentFolder::Found | SentFolder::Unread => None,
            };
            let like = if login.unlisted { None } else { login.session.like_sent(asked_for).await };
            match (unopened.and_then(|place| found.get_mut(place)), like) {
                (Some(wrong), Some(like)) => {
                    let _ = write!(wrong.sentence, " There is a folder for sent = \"{like}\".");
                }
                (Some(_), None) => {}
                (None, like) => found.push(works(format!(
                    "The server does not say which folder has sent mail, so none is read: name it with sent = \"{}\".",
                    like.as_deref().unwrap_or("Sent")
                ))),
            }
        }
        login.session.leave().await;
        Ok(found)
    })
}

fn runtime() -> Result<Runtime, Trouble> {
    let built = Builder::new_current_thread().enable_all().build();
    built.map_err(|error| Trouble::new(TroubleKind::Setup, format!("The system gives no more connections: {error}.")))
}

struct Login {
    session: Session,
    abilities: Abilities,
    sent: Option<Folder>,
    /// What the configuration says of that.
    named: SentFolder,
    /// Whether the list of folders was left out, since it could not be read.
    unlisted: bool,
}

impl Login {
    async fn new(mailbox: &Mailbox, way: &Way, memory: &mut Memory) -> Result<Self, Trouble> {
        let password = Password::read(&mailbox.password, PASSWORD)?;
        let mut session = connect(&mailbox.server, mailbox.authority.as_deref(), &password, way).await?;
        let abilities = session.abilities().await?;
        let mut unlisted = false;
        let sent = match &mailbox.sent {
            SentFolder::Unread => None,
            SentFolder::Named(name) => Some(names::written(name)),
            SentFolder::Found => match memory.unlisted.take() {
                Some(trouble) => {
                    memory.sent = Some(Rest { trouble, until: Instant::now() });
                    unlisted = true;
                    None
                }
                None => session.sent_folder(&abilities).await.inspect_err(|trouble| memory.has_no_list(trouble))?,
            },
        };
        if sent.is_none() && !unlisted {
            memory.sent_works();
        }
        let sent = sent.filter(|name| !name.eq_ignore_ascii_case(INBOX)).map(|name| Folder { name, sent: true });
        Ok(Self { session, abilities, sent, named: mailbox.sent.clone(), unlisted })
    }

    fn inbox() -> Folder {
        Folder { name: INBOX.to_owned(), sent: false }
    }

    fn folders(&self) -> Vec<Folder> {
        self.sent.iter().cloned().chain([Self::inbox()]).collect()
    }

    /// Takes what is new everywhere, the inbox first: what was sent answers what arrived. The inbox stays open. What is wrong
    /// with the folder of sent mail alone is remembered, and that is left alone for a while.
    async fn take_all(&mut self, memory: &mut Memory, hands: &mut Hands<'_>) -> Result<Shelves, Trouble> {
        let shelves = sync::open(&mut self.session, &Self::inbox(), memory, hands).await?;
        let rests = memory.sent.as_ref().is_some_and(|rest| Instant::now() < rest.until);
        let Some(sent) = self.sent.clone().filter(|_| !rests) else { return Ok(shelves) };
        match self.take_sent(&sent, memory, hands).await {
            Ok(()) => memory.sent_works(),
            Err(trouble) => {
                let kind = trouble.kind;
                // Whoever says no still listens; of the others nothing more is to be had but a new connection.
                memory.broken_by_sent = matches!(kind, TroubleKind::Gibberish | TroubleKind::Silence);
                if memory.broken_by_sent || kind.is_no() {
                    memory.sent_rests(trouble.clone(), u64::from(self.session.exists));
                }
                if !kind.is_no() {
                    return Err(trouble);
                }
            }
        }
        sync::open(&mut self.session, &Self::inbox(), memory, hands).await
    }

    async fn take_sent(&mut self, sent: &Folder, memory: &mut Memory, hands: &mut Hands<'_>) -> Result<(), Trouble> {
        let opened = self.session.open(&sent.name, false).await.map_err(|trouble| match trouble.kind {
            TroubleKind::Refused => Trouble::new(trouble.kind, unusable(&trouble, Some(&self.named)).sentence),
            _ => trouble,
        })?;
        sync::begin(&mut self.session, sent, opened, memory, hands).await.map(drop)
    }

    /// Waits for what is new in the inbox, for so long at most.
    async fn wait(&mut self, time: Duration) -> Result<(), Trouble> {
        if self.session.news {
            return Ok(());
        }
        if self.abilities.has("IDLE") {
            if self.session.idle(time).await? {
                return Ok(());
            }
            // It said that it would; so it is asked instead.
            self.abilities.forget("IDLE");
        }
        let way = self.session.way().clone();
        way.within(time.min(way.patience.poll), std::future::pending::<()>()).await?;
        self.session.ask("NOOP", "a sign of life", &mut |_| {}).await
    }
}

async fn stay(
    mailbox: &Mailbox,
    way: &Way,
    memory: &mut Memory,
    taker: &mut dyn Taker,
    tell: &mut dyn FnMut(Told<'_>),
) -> Result<(), Trouble> {
    let mut login = Login::new(mailbox, way, memory).await?;
    loop {
        let mut tell_progress = |progress| tell(Told::Progress(progress));
        let mut hands = Hands { taker: &mut *taker, tell: &mut tell_progress, progress: Progress::default() };
        let mut shelves = login.take_all(memory, &mut hands).await?;
        tell_how(memory, tell);
        // The Sent folder is looked at now and then; without one the inbox stays open.
        let next = memory.sent.as_ref().map_or(Instant::now() + way.patience.poll, |rest| rest.until);
        while login.sent.is_none() || Instant::now() < next {
            let time = match login.sent {
                Some(_) => next.saturating_duration_since(Instant::now()).min(way.patience.idle),
                None => way.patience.idle,
            };
            login.wait(time).await?;
            let mut tell_progress = |progress| tell(Told::Progress(progress));
            let mut hands = Hands { taker: &mut *taker, tell: &mut tell_progress, progress: Progress::default() };
            sync::take(&mut login.session, &mut shelves, memory, &mut hands).await?;
            tell_how(memory, tell);
        }
    }
}

/// All was taken, or all but what was sent from elsewhere.
fn tell_how(memory: &Memory, tell: &mut dyn FnMut(Told<'_>)) {
    match &memory.sent {
        None => tell(Told::Works),
        Some(rest) => tell(Told::Partly(&rest.trouble, rest.until.saturating_duration_since(Instant::now()))),
    }
}
