//! The parts of a report that are made for machines: delivery status, receipt, complaint.

use super::{add, words};
use crate::{
    domain::letter::{Report, ReportKind, Reported},
    mail::{
        fields::{self, Fields},
        words::Part,
    },
};

/// What a part reports, where it is one of these. `text` is what the report says to people.
pub(super) fn read(part: &Part, text: &str) -> Option<Report> {
    let blocks = || blocks(&String::from_utf8_lossy(&part.content));
    match part.media_type.as_str() {
        "message/delivery-status" | "message/global-delivery-status" => Some(delivery(&blocks(), text)),
        "message/disposition-notification" | "message/global-disposition-notification" => Some(receipt(&blocks())),
        "message/feedback-report" => Some(complaint(&blocks())),
        _ => None,
    }
}

/// The most blocks of fields that are read.
const MOST_BLOCKS: usize = 1_000;

/// The blocks of fields, without the empty ones.
fn blocks(text: &str) -> Vec<Fields> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let blocks = text.split("\n\n").map(Fields::of).filter(|fields| !fields.is_empty());
    blocks.take(MOST_BLOCKS).collect()
}

fn delivery(blocks: &[Fields], text: &str) -> Report {
    let mut recipients = Vec::new();
    let mut kinds = Vec::new();
    for block in blocks {
        let status = block.get("status").and_then(super::status_in);
        if let Some(kind) = action(block, status.as_deref()) {
            kinds.push(kind);
        }
        let named = ["original-recipient", "final-recipient", "x-actual-recipient"];
        // The original one is the one that was written to; the final one may be what an alias made of it.
        let Some(address) = named.iter().find_map(|name| block.get(name)).and_then(fields::address) else {
            continue;
        };
        let said = block.get("diagnostic-code").unwrap_or_default();
        let said = said.split_once(';').map_or(said, |(kind, rest)| if kind.contains(' ') { said } else { rest });
        add(
            &mut recipients,
            Reported { address, status: status.or_else(|| super::status_in(said)), words: words(said) },
        );
    }
    let kind =
        [ReportKind::Bounce, ReportKind::Delay, ReportKind::Delivered].into_iter().find(|kind| kinds.contains(kind));
    let about = blocks
        .iter()
        .find_map(|block| ["x-original-message-id", "original-message-id"].iter().find_map(|name| block.get(name)));
    Report {
        kind: kind.or_else(|| super::shapes::kind_of(text)).unwrap_or(ReportKind::Unknown),
        about: about.and_then(fields::message_id),
        recipients,
    }
}

/// What was done for a recipient: as said, else as the status code says.
fn action(block: &Fields, status: Option<&str>) -> Option<ReportKind> {
    let said = block.get("action").unwrap_or_default().trim().to_ascii_lowercase();
    match said.split(|letter: char| !letter.is_ascii_alphabetic()).next().unwrap_or_default() {
        "failed" | "failure" | "fail" | "expired" | "deliverable" | "error" => Some(ReportKind::Bounce),
        "delayed" | "delay" => Some(ReportKind::Delay),
        "delivered" | "relayed" | "expanded" | "deliver" => Some(ReportKind::Delivered),
        _ => match status?.as_bytes().first()? {
            b'5' => Some(ReportKind::Bounce),
            b'4' => Some(ReportKind::Delay),
            b'2' => Some(ReportKind::Delivered),
            _ => None,
        },
    }
}

fn receipt(blocks: &[Fields]) -> Report {
    let get = |name: &str| blocks.iter().find_map(|block| block.get(name));
    let recipient =
        ["original-recipient", "final-recipient"].iter().find_map(|name| get(name)).and_then(fields::address);
    let said = words(get("disposition").unwrap_or_default());
    Report {
        kind: ReportKind::Read,
        about: get("original-message-id").and_then(fields::message_id),
        recipients: recipient.map(|address| Reported { address, status: None, words: said }).into_iter().collect(),
    }
}

fn complaint(blocks: &[Fields]) -> Report {
    let mut recipients = Vec::new();
    for block in blocks {
        let kind = words(block.get("feedback-type").unwrap_or_default());
        for address in
            ["original-rcpt-to", "removal-recipient", "redacted-address"].iter().flat_map(|name| block.all(name))
        {
            if let Some(address) = fields::address(address) {
                add(&mut recipients, Reported { address, status: None, words: kind.clone() });
            }
        }
    }
    Report { kind: ReportKind::Complaint, about: None, recipients }
}
