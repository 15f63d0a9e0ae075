//! The panel on which a gate is decided, as the run's page and the inbox show it.
