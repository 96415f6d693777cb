//! The built program and real mail servers: Debian's Dovecot for IMAP, its Postfix for SMTP, started by the test itself on
//! loopback, and a proxy in between that can lose a connection at any step.

mod certificate;
mod daemon;
mod harness;
mod imap;
mod post_office;
mod proxy;
mod smtp;
mod steps;
