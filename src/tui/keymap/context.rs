//! Where a key works.

/// What has the focus, and where a row of the keymap belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Context {
    /// Wherever nothing is typed.
    Everywhere,
    /// A list or the sidebar has the focus.
    Lists,
    /// To a section by name; the rows work in lists, threads and conversations.
    GoTo,
    /// The messages of the open conversation have the focus.
    Thread,
    /// A conversation is selected or open; the rows work in lists and threads.
    Conversation,
    /// A reply, note or internal message is being written.
    Composer,
    /// The Send Message button has the focus.
    SendButton,
    /// A menu, a picker, the palette, the search line or a form; letters are text.
    Dialog,
    /// A question to be answered with yes or no, asked inline.
    Question,
    /// An offer that was opened waits for an answer.
    Offer,
}

impl Context {
    /// Every context, in the order of the help.
    pub const ALL: &[Context] = &[
        Context::Everywhere,
        Context::Lists,
        Context::GoTo,
        Context::Thread,
        Context::Conversation,
        Context::Composer,
        Context::SendButton,
        Context::Dialog,
        Context::Question,
        Context::Offer,
    ];

    /// The name in the keymap, such as "send-button".
    pub fn name(self) -> &'static str {
        match self {
            Context::Everywhere => "everywhere",
            Context::Lists => "lists",
            Context::GoTo => "go-to",
            Context::Thread => "thread",
            Context::Conversation => "conversation",
            Context::Composer => "composer",
            Context::SendButton => "send-button",
            Context::Dialog => "dialog",
            Context::Question => "question",
            Context::Offer => "offer",
        }
    }

    /// The context of that name.
    pub fn named(name: &str) -> Option<Context> {
        Context::ALL.iter().copied().find(|context| context.name() == name)
    }

    /// Whose rows work here: its own and those it falls back to.
    pub fn falls_back_to(self) -> &'static [Context] {
        use Context::{Composer, Conversation, Dialog, Everywhere, GoTo, Lists, Offer, Question, SendButton, Thread};
        match self {
            Everywhere => &[Everywhere],
            Lists => &[Lists, Conversation, GoTo, Everywhere],
            GoTo => &[GoTo, Everywhere],
            Thread => &[Thread, Conversation, GoTo, Everywhere],
            Conversation => &[Conversation, GoTo, Everywhere],
            Composer => &[Composer],
            SendButton => &[SendButton, Everywhere],
            Dialog => &[Dialog],
            Question => &[Question],
            Offer => &[Offer],
        }
    }

    /// Whether letters are text here, so that no key may take one away.
    pub fn is_text(self) -> bool {
        match self {
            Context::Composer | Context::Dialog => true,
            Context::Everywhere
            | Context::Lists
            | Context::GoTo
            | Context::Thread
            | Context::Conversation
            | Context::SendButton
            | Context::Question
            | Context::Offer => false,
        }
    }
}
