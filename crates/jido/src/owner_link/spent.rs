//! Whether a link was used.
//!
//! The store can spend a link but not look at one. So this spends it and takes that back in the same transaction;
//! a read of the link's row would do the same more plainly.

use crate::error::Error;
use domain::{SessionId, Timestamp, UserId};
use engine::clock;
use persistence::commands::{Execute, RedeemOwnerLink};
use persistence::records::SessionRecord;
use persistence::{Operation, Store};

/// Spends the link and fails on purpose, so that the store undoes it.
struct TrySpending(RedeemOwnerLink);

impl Operation for TrySpending {
    type Output = ();
}

impl<C: Send> Execute<C> for TrySpending
where
    RedeemOwnerLink: Execute<C>,
{
    async fn perform(&self, conn: &mut C) -> persistence::Result<()> {
        self.0.perform(conn).await?;
        Err(persistence::Error::StaleRevision)
    }
}

/// Whether the link with this secret was used or never existed; one that expired unused is not spent.
pub async fn is_spent(store: &Store, secret: &str) -> Result<bool, Error> {
    // Seen from the beginning of time no link has expired.
    let now = Timestamp::from_micros(0);
    let session = SessionRecord {
        id: SessionId::from_uuid(clock::new_id()),
        user_id: UserId::from_uuid(clock::new_id()),
        token_hash: clock::new_id().to_string(),
        created_at: now,
        last_seen_at: now,
        expires_at: now,
        revoked_at: None,
        user_agent: None,
    };
    let redemption = RedeemOwnerLink { token_hash: api::identity::hash_secret(secret), session, now };
    match store.write(TrySpending(redemption)).await {
        Ok(()) | Err(persistence::Error::StaleRevision) => Ok(false),
        Err(persistence::Error::NotFound) => Ok(true),
        Err(error) => Err(Error::store("look the owner link up")(error)),
    }
}
