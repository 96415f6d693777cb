//! The arguments of `serve` and `status`.

use clap::Args;
use std::path::PathBuf;

/// `serve`.
#[derive(Debug, Args)]
pub struct ServeArguments {
    /// Let agents in over SSH at this address and port, as 0.0.0.0:2222; repeat it for more.
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub ssh: Vec<String>,
    /// Take and send mail, and refuse to start where the configuration has no mailbox. Without this, mailboxes are served too
    /// where there are any.
    #[arg(long, conflicts_with = "no_mail")]
    pub mail: bool,
    /// Leave the mailboxes of the configuration alone.
    #[arg(long)]
    pub no_mail: bool,
    /// Give every visitor of `ssh demo@HOST` a made-up desk of their own, gone when they leave.
    #[arg(long)]
    pub demo: bool,
    /// Keep the log in this folder, a file a day for a fortnight [default: standard error].
    #[arg(long, value_name = "FOLDER")]
    pub log: Option<PathBuf>,
    /// Close a messenger in which nobody typed for so long; 0: never.
    #[arg(long, value_name = "MINUTES", default_value_t = 1440)]
    pub idle: u64,
    /// What else is limited.
    #[command(flatten)]
    pub limits: LimitArguments,
}

/// Limits that few ever change.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub struct LimitArguments {
    /// Sessions of one agent at the same time.
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub sessions_per_agent: usize,
    /// Connections that have not logged in, in all.
    #[arg(long, value_name = "N", default_value_t = 64)]
    pub strangers: usize,
    /// The same from one address.
    #[arg(long, value_name = "N", default_value_t = 8)]
    pub strangers_per_address: usize,
    /// Demo desks at the same time.
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub demo_desks: usize,
    /// How long a visit to a demo desk may last.
    #[arg(long, value_name = "MINUTES", default_value_t = 60)]
    pub demo_minutes: u32,
    /// How long logging in may take.
    #[arg(long, value_name = "SECONDS", default_value_t = 20)]
    pub login: u64,
    /// How long output may wait for a client that takes nothing.
    #[arg(long, value_name = "SECONDS", default_value_t = 45)]
    pub stall: u64,
    /// How often a silent client is asked whether it is still there; after three questions it is gone.
    #[arg(long, value_name = "SECONDS", default_value_t = 14)]
    pub alive: u64,
    /// How long a first wrong invite's code makes wait; each one after it twice as long.
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 1000, hide = true)]
    pub wrong_code: u64,
}
