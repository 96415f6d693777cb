//! An IMAP server of a few hundred lines on loopback, for what no real one does on demand: it ends connections at any byte,
//! falls silent, and lies.

use chrono::NaiveDate;
use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufRead as _, BufReader, ErrorKind, Write as _},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

pub const USER: &str = "support";
pub const PASSWORD: &str = "hunter2";

#[derive(Debug, Clone, Default)]
pub struct Folder {
    pub uid_validity: u32,
    pub mails: BTreeMap<u32, Vec<u8>>,
    pub seen: BTreeSet<u32>,
    /// When mails arrived, where that matters: the day and the month of 2020, as in "03-May".
    pub arrived: BTreeMap<u32, &'static str>,
    pub attributes: &'static str,
}

impl Folder {
    fn next(&self) -> u32 {
        self.mails.last_key_value().map_or(1, |(uid, _)| uid + 1)
    }
}

/// What is done instead of what a server does; `{tag}` stands for the command's own.
#[derive(Debug, Clone)]
pub enum Instead {
    Say(Vec<u8>),
    SayAndCut(Vec<u8>),
    Silence,
    /// The same again and again, until the other side goes.
    Drip(&'static [u8]),
}

/// Looks at each command (and at "greeting") with the number of the connection.
type Script = Box<dyn FnMut(&str, usize) -> Option<Instead> + Send>;

pub struct State {
    pub folders: BTreeMap<String, Folder>,
    pub abilities: String,
    pub connections: usize,
    /// Every command without its tag.
    pub commands: Vec<String>,
    /// Connections end after so many bytes.
    pub cut_after: Option<usize>,
    /// Bytes that the last connection was sent.
    pub sent: usize,
    pub script: Option<Script>,
    /// What may be marked as seen: whoever takes mails says so here.
    pub committed: Arc<Mutex<BTreeSet<u32>>>,
    /// Mails that were marked as seen before they were committed.
    pub too_early: Vec<u32>,
}

pub struct Server {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl Server {
    /// A server with these mails in its inbox, numbered from 1.
    pub fn with(mails: &[&[u8]]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let mut inbox = Folder { uid_validity: 7, ..Folder::default() };
        inbox.mails.extend((1..).zip(mails.iter().map(|mail| mail.to_vec())));
        let state = Arc::new(Mutex::new(State {
            folders: BTreeMap::from([("INBOX".to_owned(), inbox)]),
            abilities: "IMAP4rev1 IDLE SPECIAL-USE".to_owned(),
            connections: 0,
            commands: Vec::new(),
            cut_after: None,
            sent: 0,
            script: None,
            committed: Arc::default(),
            too_early: Vec::new(),
        }));
        let served = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                stream.set_nodelay(true).unwrap();
                let state = Arc::clone(&served);
                std::thread::spawn(move || {
                    let number = {
                        let mut state = state.lock().unwrap();
                        state.connections += 1;
                        state.sent = 0;
                        state.connections
                    };
                    let _ = Connection { stream: &stream, state: &state, number, selected: None, told: 0 }.serve();
                    let _ = stream.shutdown(Shutdown::Both);
                });
            }
        });
        Self { address, state }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub fn script(&self, script: impl FnMut(&str, usize) -> Option<Instead> + Send + 'static) {
        self.state().script = Some(Box::new(script));
    }

    /// Another mail in the inbox.
    pub fn deliver(&self, mail: &[u8]) {
        let mut state = self.state();
        let inbox = state.folders.get_mut("INBOX").unwrap();
        let uid = inbox.next();
        inbox.mails.insert(uid, mail.to_vec());
    }

    /// Commands since the last call.
    pub fn commands(&self) -> Vec<String> {
        std::mem::take(&mut self.state().commands)
    }
}

struct Connection<'a> {
    stream: &'a TcpStream,
    state: &'a Mutex<State>,
    number: usize,
    selected: Option<String>,
    /// How many mails the client was told of.
    told: usize,
}

impl Connection<'_> {
    fn say(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        let allowed = {
            let mut state = self.state.lock().unwrap();
            let left = state.cut_after.map_or(usize::MAX, |cut| cut.saturating_sub(state.sent));
            state.sent += bytes.len().min(left);
            bytes.len().min(left)
        };
        self.stream.write_all(&bytes[..allowed])?;
        if allowed < bytes.len() { Err(ErrorKind::ConnectionAborted.into()) } else { Ok(()) }
    }

    /// Whether the script did something instead.
    fn instead(&mut self, command: &str, tag: &str) -> std::io::Result<bool> {
        let instead = {
            let mut state = self.state.lock().unwrap();
            let number = self.number;
            state.script.as_mut().and_then(|script| script(command, number))
        };
        let tagged = |bytes: Vec<u8>| {
            let place = bytes.windows(5).position(|window| window == b"{tag}");
            place.map_or(bytes.clone(), |at| [&bytes[..at], tag.as_bytes(), &bytes[at + 5..]].concat())
        };
        match instead {
            None => Ok(false),
            Some(Instead::Say(bytes)) => self.say(&tagged(bytes)).map(|()| true),
            Some(Instead::SayAndCut(bytes)) => {
                self.say(&tagged(bytes))?;
                Err(ErrorKind::ConnectionAborted.into())
            }
            Some(Instead::Drip(bytes)) => {
                self.stream.set_read_timeout(Some(Duration::from_millis(2)))?;
                loop {
                    self.say(bytes)?;
                    match std::io::Read::read(&mut &*self.stream, &mut [0]) {
                        Ok(0) => return Err(ErrorKind::ConnectionAborted.into()),
                        Ok(_) => {}
                        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                        Err(error) => return Err(error),
                    }
                }
            }
            Some(Instead::Silence) => {
                // Until the other side goes.
                let mut byte = [0];
                let _ = std::io::Read::read(&mut &*self.stream, &mut byte);
                Err(ErrorKind::ConnectionAborted.into())
            }
        }
    }

    fn serve(&mut self) -> std::io::Result<()> {
        let mut reader = BufReader::new(self.stream.try_clone()?);
        if !self.instead("greeting", "")? {
            self.say(b"* OK ready\r\n")?;
        }
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let (tag, command) = line.trim_end().split_once(' ').unwrap_or((line.trim_end(), ""));
            self.state.lock().unwrap().commands.push(command.to_owned());
            if self.instead(command, tag)? {
                continue;
            }
            let words: Vec<&str> = command.split(' ').collect();
            match words.as_slice() {
                ["CAPABILITY"] => {
                    let abilities = self.state.lock().unwrap().abilities.clone();
                    self.say(format!("* CAPABILITY {abilities}\r\n{tag} OK done\r\n").as_bytes())?;
                }
                ["LOGIN", user, password] => {
                    let right = *user == format!("\"{USER}\"") && *password == format!("\"{PASSWORD}\"");
                    let answer = if right { "OK in" } else { "NO [AUTHENTICATIONFAILED] Authentication failed." };
                    self.say(format!("{tag} {answer}\r\n").as_bytes())?;
                }
                ["LIST", ..] => self.list(tag)?,
                ["SELECT" | "EXAMINE", name] => self.select(tag, name.trim_matches('"'))?,
                ["UID", "FETCH", range, items @ ..] => self.fetch(tag, range, &items.join(" "))?,
                ["SEARCH", range, "BEFORE", day] => self.search(tag, range, day)?,
                ["UID", "STORE", range, ..] => self.store(tag, range)?,
                ["IDLE"] => self.idle(tag, &mut reader)?,
                ["NOOP"] => {
                    self.tell()?;
                    self.say(format!("{tag} OK done\r\n").as_bytes())?;
                }
                ["LOGOUT"] => {
                    self.say(format!("* BYE\r\n{tag} OK done\r\n").as_bytes())?;
                    return Ok(());
                }
                _ => self.say(format!("{tag} BAD what?\r\n").as_bytes())?,
            }
        }
    }

    fn list(&mut self, tag: &str) -> std::io::Result<()> {
        let mut answer = String::new();
        for (name, folder) in &self.state.lock().unwrap().folders {
            answer += &format!("* LIST ({}) \".\" \"{name}\"\r\n", folder.attributes);
        }
        self.say(format!("{answer}{tag} OK done\r\n").as_bytes())
    }

    fn select(&mut self, tag: &str, name: &str) -> std::io::Result<()> {
        let found = self.state.lock().unwrap().folders.get(name).cloned();
        let Some(folder) = found else { return self.say(format!("{tag} NO there is no such folder\r\n").as_bytes()) };
        self.selected = Some(name.to_owned());
        self.told = folder.mails.len();
        let answer = format!(
            "* FLAGS (\\Seen)\r\n* {} EXISTS\r\n* OK [UIDVALIDITY {}] valid\r\n* OK [UIDNEXT {}] next\r\n{tag} OK [READ-WRITE] done\r\n",
            folder.mails.len(),
            folder.uid_validity,
            folder.next()
        );
        self.say(answer.as_bytes())
    }

    /// How many mails are in the folder that is open.
    fn count(&self) -> usize {
        let name = self.selected.clone().unwrap_or_default();
        self.state.lock().unwrap().folders.get(&name).map_or(0, |folder| folder.mails.len())
    }

    /// Those in a range, with their places in the folder.
    fn mails(&self, range: &str) -> Vec<(usize, u32, Vec<u8>)> {
        let name = self.selected.clone().unwrap_or_default();
        let state = self.state.lock().unwrap();
        let Some(folder) = state.folders.get(&name) else { return Vec::new() };
        let last = folder.mails.last_key_value().map_or(0, |(uid, _)| *uid);
        let found = (1..).zip(&folder.mails).filter(|(_, (uid, _))| within(range, **uid, last));
        found.map(|(number, (uid, mail))| (number, *uid, mail.clone())).collect()
    }

    fn tell(&mut self) -> std::io::Result<()> {
        let now = self.count();
        if now == self.told {
            return Ok(());
        }
        self.told = now;
        self.say(format!("* {now} EXISTS\r\n").as_bytes())
    }

    fn fetch(&mut self, tag: &str, range: &str, items: &str) -> std::io::Result<()> {
        let name = self.selected.clone().unwrap_or_default();
        let arrived = self.state.lock().unwrap().folders.get(&name).map(|folder| folder.arrived.clone());
        let arrived = arrived.unwrap_or_default();
        for (number, uid, mail) in self.mails(range) {
            let header = &mail[..mail.windows(4).position(|end| end == b"\r\n\r\n").map_or(mail.len(), |at| at + 4)];
            let mut answer = format!("* {number} FETCH (UID {uid}").into_bytes();
            if items.contains("RFC822.SIZE") {
                answer.extend_from_slice(format!(" RFC822.SIZE {}", mail.len()).as_bytes());
            }
            if let (true, Some(day)) = (items.contains("INTERNALDATE"), arrived.get(&uid)) {
                answer.extend_from_slice(format!(" INTERNALDATE \"{day}-2020 12:00:00 +0200\"").as_bytes());
            }
            for (item, section, content) in [("BODY.PEEK[]", "BODY[]", &mail[..]), ("[HEADER]", "BODY[HEADER]", header)]
            {
                if items.contains(item) {
                    answer.extend_from_slice(format!(" {section} {{{}}}\r\n", content.len()).as_bytes());
                    answer.extend_from_slice(content);
                }
            }
            answer.extend_from_slice(b")\r\n");
            self.say(&answer)?;
        }
        self.say(format!("{tag} OK done\r\n").as_bytes())
    }

    fn search(&mut self, tag: &str, range: &str, day: &str) -> std::io::Result<()> {
        let read = |written: &str| NaiveDate::parse_from_str(written, "%d-%b-%Y").unwrap();
        let (all, name) = (self.mails("1:*"), self.selected.clone().unwrap_or_default());
        let arrived = self.state.lock().unwrap().folders[&name].arrived.clone();
        let old = all
            .iter()
            .filter(|(_, uid, _)| arrived.get(uid).is_some_and(|written| read(&format!("{written}-2020")) < read(day)));
        let found: String = old
            .filter(|(number, ..)| within(range, u32::try_from(*number).unwrap(), 0))
            .map(|(number, ..)| format!(" {number}"))
            .collect();
        self.say(format!("* SEARCH{found}\r\n{tag} OK done\r\n").as_bytes())
    }

    fn store(&mut self, tag: &str, range: &str) -> std::io::Result<()> {
        let name = self.selected.clone().unwrap_or_default();
        {
            let mut state = self.state.lock().unwrap();
            let committed = state.committed.lock().unwrap().clone();
            let folder = state.folders.get_mut(&name).unwrap();
            let marked: Vec<u32> = folder.mails.keys().copied().filter(|uid| within(range, *uid, u32::MAX)).collect();
            folder.seen.extend(&marked);
            state.too_early.extend(marked.iter().filter(|uid| !committed.contains(uid)));
        }
        self.say(format!("{tag} OK done\r\n").as_bytes())
    }

    fn idle(&mut self, tag: &str, reader: &mut BufReader<TcpStream>) -> std::io::Result<()> {
        self.say(b"+ idling\r\n")?;
        self.stream.set_read_timeout(Some(Duration::from_millis(5)))?;
        let mut line = String::new();
        loop {
            self.tell()?;
            match reader.read_line(&mut line) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(_) => break,
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                Err(error) => return Err(error),
            }
        }
        self.stream.set_read_timeout(None)?;
        assert_eq!(line.trim_end(), "DONE");
        self.say(format!("{tag} OK done\r\n").as_bytes())
    }
}

/// As servers do: the last mail always lies in a range that ends with "*".
fn within(range: &str, uid: u32, last: u32) -> bool {
    let (from, to) = range.split_once(':').unwrap_or((range, range));
    let from: u32 = from.parse().unwrap();
    if to == "*" { uid >= from || uid == last } else { (from..=to.parse().unwrap()).contains(&uid) }
}
