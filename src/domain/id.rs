//! Who and what is meant: the identities of the desk.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

macro_rules! identity {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(
            /// The number as stored; positive.
            pub i64,
        );

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(formatter)
            }
        }
    };
}

identity!(
    /// A member of the team.
    AgentId
);
identity!(
    /// Somebody who writes in.
    CustomerId
);
identity!(
    /// Agents who share a queue.
    GroupId
);
identity!(
    /// One discussion; the number people say, "#4821".
    ConversationId
);
identity!(
    /// A work item, without its kind's prefix.
    ItemId
);
identity!(
    /// A notice in somebody's bell.
    NoticeId
);
identity!(
    /// A mail that came in.
    MailId
);
identity!(
    /// A mail on its way out, or a message on its way by another door.
    OutboxId
);
identity!(
    /// A public key that lets an agent in; a key that was revoked and added again is another one.
    KeyId
);
identity!(
    /// The number of an event on this desk, rising; never shown, so that it tells nobody how much happens elsewhere.
    Seq
);
identity!(
    /// The place of an entry in its own conversation: 1, 2, 3 … over replies, notes and system lines.
    EntrySeq
);

impl FromStr for ConversationId {
    type Err = String;

    /// Reads "4821" and "#4821".
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.strip_prefix('#').unwrap_or(text);
        match digits.parse::<i64>() {
            Ok(number) if number > 0 && digits.bytes().all(|byte| byte.is_ascii_digit()) => Ok(Self(number)),
            _ => Err(format!("“{text}” is not a conversation number. Write it as 4821 or #4821.")),
        }
    }
}
