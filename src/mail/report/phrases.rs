//! The words of bounces that keep to no standard, in lower case and with single blanks.

/// What subjects of bounces say, in lower case.
#[rustfmt::skip]
pub(super) const SUBJECTS: &[&str] = &[
    "undeliver", "non-deliver", "nondeliver", "not deliver", "delivery fail", "delivery status",
    "delivery notification", "delivery report", "delivery error", "delivery problem", "failure notice",
    "failure delivery", "failed delivery", "mail delivery", "message delivery", "returned mail", "mail failure",
    "mail error", "mail system error", "mail could not", "could not be delivered", "could not send",
    "could not deliver", "returned to sender", "returning message", "message status", "message not sent",
    "message undeliverable", "mail rejected", "message rejected", "rejected:", "unzustellbar", "nicht zustellbar",
    "nicht zugestellt", "fehlgeschlagen", "onbestelbaar", "niet afgeleverd", "non remis", "non distribu", "échec de",
    "no entregado", "no se puede entregar", "não foi entregue", "não entregue", "mancato recapito", "non consegn",
    "недостав", "не доставл", "niedostarcz", "配信", "送信エラー", "配達不能", "戻り", "未送达", "退信", "系统退信", "無法傳遞", "반송",
    "mdaemon notification", "bounce", "メールエラー",
];

/// What texts of bounces say, in lower case and with single blanks.
#[rustfmt::skip]
pub(super) const PHRASES: &[&str] = &[
    "could not be delivered", "couldn't be delivered", "cannot be delivered", "can't be delivered",
    "was not delivered", "not be delivered", "has not been delivered", "wasn't able to deliver", "unable to deliver",
    "failed to deliver", "undeliverable", "undelivered", "delivery failed", "delivery failure", "delivery has failed",
    "delivery to the following", "delivery to these recipients", "did not reach the following",
    "permanent fatal errors", "permanent error", "permanent failure", "fatal errors", "transcript of session follows",
    "transcript of the session follows", "unknown user", "user unknown", "no such user", "user not found",
    "recipient not found", "unknown recipient", "mailbox unavailable", "mailbox not found", "mailbox is full",
    "mailbox full", "over quota", "quota exceeded", "returned to you", "returned to sender", "return to sender",
    "has been returned", "being returned", "copy of my letter", "original message follows",
    "was rejected", "has been rejected", "rejected by",
    "i'm sorry to have to inform you", "delivery status notification", "failed recipient", "failed addresses",
    "addresses failed", "mail delivery software", "host unknown", "host not found", "relaying denied",
    "message was not sent", "nicht zugestellt", "no se pudo entregar",
    "配信できません", "送信できません", "will be retried",
    "still undelivered", "delivery is delayed", "message blocked",
    "delivery problems", "delivery errors", "non-delivered", "following addresses had", "exceeded the",
];

/// What only mail systems talk of.
#[rustfmt::skip]
pub(super) const TECHNICAL: &[&str] = &["mailbox is full", "mailbox full"];

/// What texts of bounces say, and other texts too.
#[rustfmt::skip]
pub(super) const WEAK: &[&str] = &[
    "your message to", "error:", "reason:", "the following address", "copy of the message", "konnte nicht", "não foi possível", "n'a pas pu être",
    "届け", "message could not", "cannot send", "could not send", "did not accept", "has been blocked", "below is the reason", "has been delayed",
];

/// What texts of delays say.
#[rustfmt::skip]
pub(super) const DELAYS: &[&str] = &[
    "will be retried", "will continue to", "will keep trying", "still trying", "still undelivered",
    "has been delayed", "delivery is delayed", "delayed mail", "(delay)", "warning message only", "this is a warning",
    "not yet been delivered", "delivery has been delayed", "do not need to resend",
    "no action is required on your part", "no action on your part", "could not be delivered within",
];

/// The lines behind which the returned mail stands.
#[rustfmt::skip]
pub(super) const RETURNED: &[&str] = &[
    "below this line", "original message follows", "original message headers", "copy of the message",
    "unsent message", "message header follow", "received message", "returned message", "the header of the original",
    "original headers", "message headers follow", "original message:", "-- original message --", "included below",
];
