//! What lies between a mail client and its server: loses the connection at a step, lets it hang, or makes it slow.

use super::steps::{Answer, Line, Protocol, Reading, Step};

use crate::servers::house::PATIENCE;
use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{Ipv4Addr, Shutdown, TcpListener, TcpStream},
    sync::{
        Arc, Condvar, Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicU16, Ordering},
    },
    time::Instant,
};

/// When during a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Moment {
    /// The client asked, and the server does not hear of it.
    Asked,
    /// Half of the server's answer arrived.
    Half,
    /// The server did it and the client does not hear of it.
    Unanswered,
}

/// What happens then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum How {
    /// Both sides see the end of the connection.
    Cut,
    /// The server's side is gone; the client's side stays open and silent.
    HalfOpen,
    /// Nothing goes on in this direction until `go_on`.
    Stall,
}

#[derive(Default)]
struct State {
    /// What is to happen, and how often the step passes before that.
    faults: Vec<(Step, Moment, How, usize)>,
    /// Every step that was reached, in order.
    steps: Vec<(Step, Moment)>,
    /// How many faults happened.
    happened: usize,
    /// How many stalled connections may go on.
    stalled: bool,
    /// What all clients wrote.
    heard: Vec<u8>,
    streams: Vec<TcpStream>,
    connections: usize,
}

struct Shared {
    protocol: Protocol,
    upstream: AtomicU16,
    state: Mutex<State>,
    changed: Condvar,
    is_slow: AtomicBool,
    is_shut: AtomicBool,
    is_over: AtomicBool,
}

/// Listens on a port of its own; all connections end when it is dropped.
pub struct Proxy {
    pub port: u16,
    shared: Arc<Shared>,
}

impl Proxy {
    pub fn new(protocol: Protocol, upstream: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = listener.local_addr().expect("its address").port();
        let shared = Arc::new(Shared {
            protocol,
            upstream: AtomicU16::new(upstream),
            state: Mutex::default(),
            changed: Condvar::new(),
            is_slow: AtomicBool::new(false),
            is_shut: AtomicBool::new(false),
            is_over: AtomicBool::new(false),
        });
        let all = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if all.is_over.load(Ordering::SeqCst) {
                    return;
                }
                let shared = Arc::clone(&all);
                std::thread::spawn(move || shared.carry(stream));
            }
        });
        Self { port, shared }
    }

    /// The next time that this step comes to this moment, this happens, once.
    pub fn plan(&self, step: Step, moment: Moment, how: How) {
        self.plan_after(0, step, moment, how);
    }

    /// The same, after this step came to this moment so many times.
    pub fn plan_after(&self, passing: usize, step: Step, moment: Moment, how: How) {
        self.state().faults.push((step, moment, how, passing));
    }

    /// What was planned and did not happen, happens no more.
    pub fn forget(&self) {
        self.state().faults.clear();
    }

    /// How many faults happened so far.
    pub fn happened(&self) -> usize {
        self.state().happened
    }

    /// Waits until everything that was planned happened.
    #[track_caller]
    pub fn until_happened(&self) {
        self.until("what was planned happened", |state| state.faults.is_empty());
    }

    /// Waits until this step was answered so many times in all.
    #[track_caller]
    pub fn until_answered(&self, step: Step, times: usize) {
        let count = |state: &State| state.steps.iter().filter(|seen| **seen == (step, Moment::Unanswered)).count();
        self.until(&format!("{step:?} was answered {times} times"), |state| count(state) >= times);
    }

    /// How many connections there have been.
    pub fn connections(&self) -> usize {
        self.state().connections
    }

    /// Everything that clients wrote, as it went over the line.
    pub fn heard(&self) -> Vec<u8> {
        self.state().heard.clone()
    }

    /// What stalls goes on.
    pub fn go_on(&self) {
        self.state().stalled = false;
        self.shared.changed.notify_all();
    }

    /// From now on one byte at a time.
    pub fn slow(&self, slow: bool) {
        self.shared.is_slow.store(slow, Ordering::SeqCst);
    }

    /// The server is not there: every connection, old and new, is ended at once.
    pub fn shut(&self, shut: bool) {
        self.shared.is_shut.store(shut, Ordering::SeqCst);
        if shut {
            self.cut();
        }
    }

    /// Ends all connections.
    pub fn cut(&self) {
        for stream in self.state().streams.drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap()
    }

    #[track_caller]
    fn until(&self, what: &str, holds: impl Fn(&State) -> bool) {
        let end = Instant::now() + PATIENCE;
        let mut state = self.state();
        while !holds(&state) {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let steps = std::mem::take(&mut state.steps);
                // Whoever cleans up after the panic needs it.
                drop(state);
                panic!("waited in vain until {what}; so far: {steps:?}");
            }
            state = self.shared.changed.wait_timeout(state, left).unwrap().0;
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        self.go_on();
        self.cut();
        // Wakes the thread that listens.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
    }
}

/// Why a connection is carried no further.
struct Ended;

/// Both sides of one connection.
struct Pair {
    client: TcpStream,
    server: TcpStream,
    /// The client is not to see that the server's side ended.
    is_silent: Arc<AtomicBool>,
}

impl Pair {
    fn both(&self) -> std::io::Result<Self> {
        let (client, server) = (self.client.try_clone()?, self.server.try_clone()?);
        Ok(Self { client, server, is_silent: Arc::clone(&self.is_silent) })
    }

    fn cut(&self) {
        let _ = self.client.shutdown(Shutdown::Both);
        let _ = self.server.shutdown(Shutdown::Both);
    }
}

impl Shared {
    fn carry(self: Arc<Self>, client: TcpStream) {
        self.state.lock().unwrap().connections += 1;
        let upstream = (Ipv4Addr::LOCALHOST, self.upstream.load(Ordering::SeqCst));
        let is_shut = self.is_shut.load(Ordering::SeqCst);
        let Some(server) = (!is_shut).then(|| TcpStream::connect(upstream).ok()).flatten() else { return };
        let pair = Pair { client, server, is_silent: Arc::default() };
        let (Ok(other), Ok(kept)) = (pair.both(), pair.both()) else { return };
        for stream in [&pair.client, &pair.server] {
            let _ = stream.set_nodelay(true);
        }
        self.state.lock().unwrap().streams.extend([kept.client, kept.server]);
        if self.reached(Step::Connect, Moment::Asked, &pair).is_err() {
            return;
        }
        let reading = Arc::new(Mutex::new(Reading::new(self.protocol)));
        let opaque = Arc::new(AtomicBool::new(false));
        let (shared, second, also) = (Arc::clone(&self), Arc::clone(&reading), Arc::clone(&opaque));
        std::thread::spawn(move || drop(shared.downwards(&other, &second, &also)));
        let _ = self.upwards(&pair, &reading, &opaque);
    }

    /// A step came to a moment: notes it and does what was planned for it.
    fn reached(&self, step: Step, moment: Moment, pair: &Pair) -> Result<(), Ended> {
        let mut state = self.state.lock().unwrap();
        state.steps.push((step, moment));
        let planned = state.faults.iter().position(|fault| (fault.0, fault.1) == (step, moment));
        let due = planned.filter(|at| state.faults[*at].3 == 0);
        if let (Some(at), None) = (planned, due) {
            state.faults[at].3 -= 1;
        }
        let how = due.map(|at| state.faults.remove(at).2);
        state.happened += usize::from(how.is_some());
        state.stalled |= how == Some(How::Stall);
        self.changed.notify_all();
        match how {
            None => Ok(()),
            Some(How::Cut) => {
                pair.cut();
                Err(Ended)
            }
            Some(How::HalfOpen) => {
                pair.is_silent.store(true, Ordering::SeqCst);
                let _ = pair.server.shutdown(Shutdown::Both);
                Err(Ended)
            }
            Some(How::Stall) => {
                while state.stalled {
                    state = self.changed.wait(state).unwrap();
                }
                if self.is_over.load(Ordering::SeqCst) { Err(Ended) } else { Ok(()) }
            }
        }
    }

    fn is_planned(&self, step: Step, moment: Moment) -> bool {
        self.state.lock().unwrap().faults.iter().any(|fault| (fault.0, fault.1) == (step, moment))
    }

    fn upwards(&self, pair: &Pair, reading: &Mutex<Reading>, opaque: &AtomicBool) -> Result<(), Ended> {
        let mut from = BufReader::new(pair.client.try_clone().map_err(|_| Ended)?);
        loop {
            let mut line = Vec::new();
            let count = if opaque.load(Ordering::SeqCst) {
                some(&mut from, &mut line)
            } else {
                from.read_until(b'\n', &mut line).unwrap_or(0)
            };
            if count == 0 {
                // A client that goes takes the server's side with it; the other direction ends by that.
                let _ = pair.server.shutdown(Shutdown::Both);
                return Err(Ended);
            }
            self.state.lock().unwrap().heard.extend(&line);
            if !opaque.load(Ordering::SeqCst) {
                let kind = reading.lock().unwrap().client(&line);
                if let Line::Command(step) = kind {
                    self.reached(step, Moment::Asked, pair)?;
                }
            }
            self.pass(&pair.server, &line)?;
        }
    }

    fn downwards(&self, pair: &Pair, reading: &Mutex<Reading>, opaque: &AtomicBool) -> Result<(), Ended> {
        let mut from = BufReader::new(pair.server.try_clone().map_err(|_| Ended)?);
        loop {
            let mut line = Vec::new();
            let is_opaque = opaque.load(Ordering::SeqCst);
            let count =
                if is_opaque { some(&mut from, &mut line) } else { from.read_until(b'\n', &mut line).unwrap_or(0) };
            if count == 0 {
                if !pair.is_silent.load(Ordering::SeqCst) {
                    let _ = pair.client.shutdown(Shutdown::Write);
                }
                return Err(Ended);
            }
            if is_opaque {
                self.pass(&pair.client, &line)?;
                continue;
            }
            let answer = reading.lock().unwrap().server(&line);
            let (step, more) = match answer {
                Answer::Whole(step) => (Some(step), 0),
                Answer::Partly(step, more) => (Some(step), more),
                Answer::Unasked(more) => (None, more),
            };
            let begin = line.len();
            line.resize(begin + more, 0);
            from.read_exact(&mut line[begin..]).map_err(|_| Ended)?;
            if let Some(step) = step.filter(|step| self.is_planned(*step, Moment::Half)) {
                self.pass(&pair.client, &line[..line.len() / 2])?;
                self.reached(step, Moment::Half, pair)?;
                line.drain(..line.len() / 2);
            }
            if let Answer::Whole(step) = answer {
                opaque.fetch_or(step == Step::StartTls && line.starts_with(b"220"), Ordering::SeqCst);
                self.reached(step, Moment::Unanswered, pair)?;
            }
            self.pass(&pair.client, &line)?;
        }
    }

    fn pass(&self, mut to: &TcpStream, bytes: &[u8]) -> Result<(), Ended> {
        let size = if self.is_slow.load(Ordering::SeqCst) { 1 } else { bytes.len().max(1) };
        bytes.chunks(size).try_for_each(|part| to.write_all(part)).map_err(|_| Ended)
    }
}

/// Whatever there is to read.
fn some(from: &mut BufReader<TcpStream>, into: &mut Vec<u8>) -> usize {
    let count = from.fill_buf().map_or(0, |bytes| {
        into.extend_from_slice(bytes);
        bytes.len()
    });
    from.consume(count);
    count
}
