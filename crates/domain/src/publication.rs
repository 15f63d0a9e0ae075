//! Telling others of events, and what is said when that fails. The stored event is the truth whatever comes of it.

use crate::event::names;

/// What a diagnostic of a failed publication is called.
pub const PUBLICATION_FAILED: &str = "run_event_publication_failed";

names! {
    /// A way by which events leave the store.
    pub enum Channel {
        /// Hints to listeners of the same process.
        InProcess = "in_process",
        /// Hints to other nodes on the same database.
        NodeNotifier = "node_notifier",
        /// Messages to addresses that projects name.
        Webhook = "webhook",
    }
}

impl Channel {
    /// What is done on the channel.
    pub const fn operation(self) -> &'static str {
        match self {
            Self::InProcess => "publish",
            Self::NodeNotifier => "notify",
            Self::Webhook => "deliver",
        }
    }
}

names! {
    /// Why a publication failed.
    pub enum Reason {
        HubFailed = "hub_failed",
        DatabaseUnavailable = "database_unavailable",
        NotifierRefused = "notifier_refused",
        /// The address is one that the server does not connect to.
        AddressRefused = "address_refused",
        NameNotResolved = "name_not_resolved",
        ConnectionFailed = "connection_failed",
        TimedOut = "timed_out",
        /// The receiver answered, and not with success.
        ResponseStatus = "response_status",
        /// The receiver answered 410: it wants no more.
        Gone = "gone",
    }
}

impl Reason {
    /// What a person does about it.
    pub const fn remediation(self) -> &'static str {
        match self {
            Self::HubFailed => {
                "Nothing is lost: listeners read the store, and the hint is given again. If it keeps failing, look at the server's log and restart it."
            }
            Self::DatabaseUnavailable => {
                "Nothing is lost: other nodes poll, and the hint is given again. Check that PostgreSQL accepts connections."
            }
            Self::NotifierRefused => {
                "Nothing is lost: other nodes poll, and the hint is given again. Check that the server's role may execute pg_notify."
            }
            Self::AddressRefused => {
                "Name a public address, or let the operator add its network to webhooks.allow_networks."
            }
            Self::NameNotResolved => "Check the host's name in the webhook's URL, and the server's resolver.",
            Self::ConnectionFailed => {
                "Check that the receiver listens at the webhook's URL and that its certificate is valid."
            }
            Self::TimedOut => {
                "Let the receiver answer within ten seconds: it should store the message and work on it afterwards."
            }
            Self::ResponseStatus => {
                "Look at the receiver's log; it must answer with a status from 200 to 299."
            }
            Self::Gone => {
                "The webhook was disabled because its receiver answered 410. Enable it again once it is wanted."
            }
        }
    }
}

names! {
    /// How a publication that had failed ended.
    pub enum Resolution {
        Delivered = "delivered",
        /// No more attempts are made by themselves.
        Exhausted = "exhausted",
        /// The process that owed a hint is gone, and its listeners with it: they read the store anew.
        Superseded = "superseded",
    }
}

names! {
    /// Where a delivery stands.
    pub enum DeliveryState {
        /// Not taken yet; another attempt is due.
        Pending = "pending",
        /// The receiver took it.
        Delivered = "delivered",
        /// No more attempts are made by themselves.
        Exhausted = "exhausted",
    }
}

/// What went wrong with one publication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub reason: Reason,
    /// One line on this case.
    pub detail: String,
}

impl Fault {
    pub fn new(reason: Reason, detail: impl Into<String>) -> Self {
        Self { reason, detail: detail.into() }
    }
}
