//! Everything a key or the palette can do, and its name.

/// One table for both directions: a variant cannot be without its name, nor a name without its variant.
macro_rules! actions {
    ($($variant:ident $(($payload:ty = $sample:expr))? = $name:literal,)*) => {
        /// What a key or the palette can do; what each does is the sentence of its row in `assets/keymap.toml`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Action {
            $(
                #[doc = concat!("The row `", $name, "`.")]
                $variant $(($payload))?,
            )*
        }

        impl Action {
            /// Every action once; [`Action::JumpToSection`] with 1.
            pub const ALL: &[Action] = &[$(Action::$variant $(($sample))?),*];

            /// The name in the keymap, such as "close-or-reopen"; the same for every section jumped to.
            pub fn name(self) -> &'static str {
                match self {
                    $(Action::$variant { .. } => $name,)*
                }
            }
        }
    };
}

actions! {
    AllKeys = "all-keys",
    Palette = "palette",
    Search = "search",
    Back = "back",
    NextArea = "next-area",
    PreviousArea = "previous-area",
    JumpToSection(u8 = 1) = "jump-to-section",
    Add = "add",
    StartWithAgent = "start-with-agent",
    StartWithCustomer = "start-with-customer",
    AddTicket = "add-ticket",
    AddTask = "add-task",
    AddArticle = "add-article",
    AddProject = "add-project",
    Bell = "bell",
    Administration = "administration",
    MyNotifications = "my-notifications",
    ToggleReady = "toggle-ready",
    Offers = "offers",
    ThreadPageUp = "thread-page-up",
    ThreadPageDown = "thread-page-down",
    ThreadStart = "thread-start",
    ThreadEnd = "thread-end",
    Repaint = "repaint",
    ToggleMouse = "toggle-mouse",
    Quit = "quit",
    NextRow = "next-row",
    PreviousRow = "previous-row",
    HalfPageDown = "half-page-down",
    HalfPageUp = "half-page-up",
    FirstRow = "first-row",
    LastRow = "last-row",
    NextSection = "next-section",
    PreviousSection = "previous-section",
    NextUnread = "next-unread",
    Open = "open",
    SelectSeveral = "select-several",
    GoToUnassigned = "go-to-unassigned",
    GoToLive = "go-to-live",
    GoToOpen = "go-to-open",
    GoToUnanswered = "go-to-unanswered",
    GoToClosed = "go-to-closed",
    GoToCustomerReplies = "go-to-customer-replies",
    GoToInternalInbox = "go-to-internal-inbox",
    GoToInternalSent = "go-to-internal-sent",
    GoToAllClosed = "go-to-all-closed",
    GoToNeedsReassignment = "go-to-needs-reassignment",
    GoToAll = "go-to-all",
    GoToHeld = "go-to-held",
    NextMessage = "next-message",
    PreviousMessage = "previous-message",
    Unfold = "unfold",
    SelectMessage = "select-message",
    Reply = "reply",
    Note = "note",
    Assign = "assign",
    Take = "take",
    Release = "release",
    Forward = "forward",
    ForwardByMail = "forward-by-mail",
    SendAgain = "send-again",
    TakeBack = "take-back",
    AddNamed = "add-named",
    Merge = "merge",
    CloseOrReopen = "close-or-reopen",
    LockOrUnlock = "lock-or-unlock",
    PrivateOrPublic = "private-or-public",
    FollowOrUnfollow = "follow-or-unfollow",
    CreateItem = "create-item",
    CreateTicket = "create-ticket",
    CreateTask = "create-task",
    CreateArticle = "create-article",
    Link = "link",
    Unlink = "unlink",
    ItemPanel = "item-panel",
    ItemDetails = "item-details",
    CustomerDetails = "customer-details",
    People = "people",
    MarkUnread = "mark-unread",
    CopyNumber = "copy-number",
    Undo = "undo",
    ConversationMenu = "conversation-menu",
    RawText = "raw-text",
    SaveAttachments = "save-attachments",
    NewLine = "new-line",
    Mention = "mention",
    Send = "send",
    OpenEditor = "open-editor",
    FocusSend = "focus-send",
    LeaveComposer = "leave-composer",
    PressSend = "press-send",
    Attach = "attach",
    ChangeRecipients = "change-recipients",
    NextChoice = "next-choice",
    PreviousChoice = "previous-choice",
    ChoicesPageDown = "choices-page-down",
    ChoicesPageUp = "choices-page-up",
    Choose = "choose",
    NextField = "next-field",
    PreviousField = "previous-field",
    Save = "save",
    Cancel = "cancel",
    AnswerYes = "answer-yes",
    AnswerNo = "answer-no",
    AcceptOffer = "accept-offer",
    AcceptAndOpen = "accept-and-open",
    RejectOffer = "reject-offer",
    NextOffer = "next-offer",
    PreviousOffer = "previous-offer",
    LeaveOffers = "leave-offers",
}

impl Action {
    /// The action of that name.
    pub fn named(name: &str) -> Option<Action> {
        Action::ALL.iter().copied().find(|action| action.name() == name)
    }

    /// What the key at `position` (from 0) of the action's row does: the n-th key jumps to the n-th section.
    pub(super) fn of_key(self, position: usize) -> Action {
        if let Action::JumpToSection(_) = self {
            Action::JumpToSection(u8::try_from(position + 1).unwrap_or(u8::MAX))
        } else {
            self
        }
    }

    /// Whether two actions are of one row.
    pub fn same_row(self, other: Action) -> bool {
        std::mem::discriminant(&self) == std::mem::discriminant(&other)
    }
}
