//! Finding the person that a command acts for.

use crate::error::Error;
use persistence::Store;
use persistence::commands::FindUser;
use persistence::records::UserRecord;

/// The name of the user that every installation has.
pub const OWNER: &str = "owner";

/// The user of this name.
pub async fn find(store: &Store, name: &str) -> Result<UserRecord, Error> {
    let found =
        store.read(FindUser { name: name.to_owned() }).await.map_err(Error::store("look the user up"))?;
    found.ok_or_else(|| Error::NoUser(name.to_owned()))
}
