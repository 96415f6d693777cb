//! A server program that runs beside the test with all of its children, and ends with the test whatever happens to it.

use crate::pty::until;
use std::{
    fs::File,
    io::Write as _,
    net::{Ipv4Addr, TcpListener},
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

/// How long a server may take to end when asked.
const ENDING: Duration = Duration::from_secs(10);

/// Where a server's program is: without it nothing is proved, and that has to be seen.
pub fn server(name: &str, package: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let more = ["/usr/sbin", "/usr/lib/postfix/sbin"].map(PathBuf::from);
    let found = std::env::split_paths(&path).chain(more).map(|folder| folder.join(name)).find(|file| file.is_file());
    found.unwrap_or_else(|| {
        panic!(
            "“{name}” is not installed. These tests need Debian's mail servers: \
             DEBIAN_FRONTEND=noninteractive apt-get install {package}"
        )
    })
}

/// A port that nobody listens on, outside of the range from which the system takes those of outgoing connections: it is
/// still free when the server that was stopped comes back.
pub fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let (low, high) = (11_000, 32_000);
    loop {
        let number = NEXT.fetch_add(1, Ordering::Relaxed).wrapping_add(std::process::id().wrapping_mul(61));
        let port = u16::try_from(low + number % (high - low)).expect("a port");
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
}

/// A running server, the leader of a process group of its own.
pub struct Daemon {
    child: Child,
    /// Kills the group as soon as this process is there no more, even where it could not clean up.
    guard: Child,
}

impl Daemon {
    /// Starts it in the foreground; what it prints goes to a file.
    pub fn start(command: &mut Command, printed: &Path) -> Self {
        let file = File::options().create(true).append(true).open(printed).expect("a file for what it prints");
        let child = command
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(file.try_clone().expect("the file"))
            .stderr(file)
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let guard = Command::new("sh")
            .args(["-c", "trap '' INT TERM HUP; read word; kill -KILL -$0 2>/dev/null", &child.id().to_string()])
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a guard");
        Self { child, guard }
    }

    /// Whether the server's first process still runs.
    pub fn runs(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Asks it to end and waits until all of its processes are gone.
    pub fn stop(mut self) {
        self.signal("TERM");
        let since = Instant::now();
        until("the server ended", || !(self.runs() || self.lives()) || since.elapsed() > ENDING);
        // What remains is killed by the drop.
    }

    /// Whether any process of the group is more than a name that nobody has asked after.
    fn lives(&self) -> bool {
        let group = self.child.id().to_string();
        let is_alive = |stat: String| {
            let fields: Vec<&str> = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().collect();
            fields.first() != Some(&"Z") && fields.get(2) == Some(&group.as_str())
        };
        let processes = std::fs::read_dir("/proc").expect("the processes").filter_map(Result::ok);
        processes.filter_map(|entry| std::fs::read_to_string(entry.path().join("stat")).ok()).any(is_alive)
    }

    fn signal(&self, name: &str) -> bool {
        let group = format!("kill -{name} -{} 2>/dev/null", self.child.id());
        Command::new("sh").args(["-c", &group]).status().is_ok_and(|status| status.success())
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.signal("KILL");
        let _ = self.child.wait();
        let since = Instant::now();
        while self.lives() && since.elapsed() < ENDING {
            std::thread::park_timeout(Duration::from_millis(1));
        }
        let _ = self.guard.stdin.take().map(|mut pipe| pipe.write_all(b"end\n"));
        let _ = self.guard.kill();
        let _ = self.guard.wait();
    }
}
