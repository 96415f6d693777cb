//! The built program and real mail servers: Debian's Dovecot for IMAP, its Postfix for SMTP, started by the test itself on
//! loopback, and a proxy in between that can lose a connection at any step.

mod answering;
mod attached;
mod bounced;
mod certificate;
mod checking;
mod daemon;
mod dying;
mod full;
mod harness;
mod imap;
mod losing;
mod outside;
mod piped;
mod post_office;
mod proxy;
mod smtp;
mod steps;
mod support;
mod terminal;
