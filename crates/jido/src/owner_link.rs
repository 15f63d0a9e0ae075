//! One-time links by which the owner and other users sign in.

mod spent;

use crate::data_folder::DataFolder;
use crate::error::Error;
use crate::files::{self, Readers};
use crate::output::say;
use crate::storage::StorageOptions;
use crate::users;
use clap::Args;
use domain::{Timestamp, UserId};
use engine::clock;
use persistence::Store;
use persistence::commands::{CreateOwnerLink, EnsureOwner, FindUser};
use persistence::records::{OwnerLinkRecord, UserRecord};
use std::time::Duration;

/// How long a link can be used.
pub const LIFETIME: Duration = Duration::from_secs(15 * 60);

/// What lies between the server's address and the secret. The secret is in the fragment, which browsers never send:
/// no log of a server or proxy has it.
const PATH: &str = "/sign-in#token=";

/// What the file says while nobody has signed in and there is no link to use.
const NO_LINK: &str = "Nobody has signed in, and no link can be used. `jido owner-link` makes one; so does the next start of the server.\n";

/// Where a server listens unless it is told otherwise.
const USUAL_ADDRESS: &str = "http://127.0.0.1:8700";

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  jido owner-link
  jido owner-link --data /srv/jido --address https://jido.example

The link works once, within 15 minutes. Whoever can read the data folder and the database can make one.")]
pub struct OwnerLinkOptions {
    /// Where browsers reach the server; the running server's own address when left out.
    #[arg(long, value_name = "URL")]
    address: Option<String>,

    #[command(flatten)]
    storage: StorageOptions,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  jido sign-in-link --user approver
  jido sign-in-link --user approver --address https://jido.example

The link works once, within 15 minutes. New users are invited in the browser application or by POST /api/v1/invitations.")]
pub struct SignInLinkOptions {
    /// Who signs in by it.
    #[arg(long, value_name = "NAME")]
    user: String,

    /// Where browsers reach the server; the running server's own address when left out.
    #[arg(long, value_name = "URL")]
    address: Option<String>,

    #[command(flatten)]
    storage: StorageOptions,
}

/// A link that nobody has used yet.
#[derive(Debug, Clone)]
pub struct OwnerLink {
    secret: String,
    expires_at: Timestamp,
}

impl OwnerLink {
    /// Makes a link and stores its hash.
    pub async fn create(store: &Store, user: &UserRecord) -> Result<Self, Error> {
        let secret = api::identity::new_secret();
        let now = clock::now();
        let expires_at = now.plus(LIFETIME);
        let record = OwnerLinkRecord {
            token_hash: api::identity::hash_secret(&secret),
            user_id: user.id,
            created_at: now,
            expires_at,
            used_at: None,
        };
        match store.write(CreateOwnerLink(record)).await {
            Ok(()) => Ok(Self { secret, expires_at }),
            Err(persistence::Error::NotFound) => Err(Error::UserDisabled(user.name.clone())),
            Err(error) => Err(Error::store("store the link")(error)),
        }
    }

    /// Writes the link where the owner finds it again, for this user's eyes alone, and returns it.
    pub fn publish(&self, folder: &DataFolder, address: &str) -> Result<String, Error> {
        let url = self.url(address);
        files::replace(&folder.owner_link_file(), &format!("{url}\n"), Readers::Owner)?;
        Ok(url)
    }

    fn url(&self, address: &str) -> String {
        format!("{}{PATH}{}", address.trim_end_matches('/'), self.secret)
    }
}

/// Makes a new link and prints it.
pub async fn run(options: OwnerLinkOptions) -> Result<(), Error> {
    let store = options.storage.open_existing().await?;
    let owner = users::find(&store, users::OWNER).await?;
    let folder = options.storage.folder();
    folder.create()?;
    let link = OwnerLink::create(&store, &owner).await?;
    let address = options.address.unwrap_or_else(|| running_address(&folder));
    say(&link.publish(&folder, &address)?);
    Ok(())
}

/// Makes a link for somebody else and prints it. It is kept nowhere: the owner's has its file.
pub async fn sign_in_link(options: SignInLinkOptions) -> Result<(), Error> {
    let store = options.storage.open_existing().await?;
    let user = users::find(&store, &options.user).await?;
    if user.is_owner {
        return Err(Error::OwnerHasOwnLink);
    }
    let link = OwnerLink::create(&store, &user).await?;
    let address = options.address.unwrap_or_else(|| running_address(&options.storage.folder()));
    say(&link.url(&address));
    Ok(())
}

/// Makes the owner where there is none; returns a new link when nobody is known to have signed in by an earlier one.
///
/// The file of the newest link stays until that link is used: while it is there, each start gives a new link. It is
/// written before the owner is made, so that a start that is cut short anywhere does not lock the owner out.
pub async fn due_at_start(store: &Store, folder: &DataFolder) -> Result<Option<OwnerLink>, Error> {
    let known = FindUser { name: users::OWNER.to_owned() };
    if store.read(known).await.map_err(Error::store("look the owner up"))?.is_none() {
        files::replace(&folder.owner_link_file(), NO_LINK, Readers::Owner)?;
    }
    let id = UserId::from_uuid(clock::new_id());
    let owner = UserRecord::owner(id, users::OWNER.to_owned(), clock::now());
    let owner = store.write(EnsureOwner(owner)).await.map_err(Error::store("make the owner"))?;
    if has_waiting_link(store, folder).await? {
        OwnerLink::create(store, &owner).await.map(Some)
    } else {
        Ok(None)
    }
}

/// Removes the secret from the data folder when the link can no longer be used. Runs until then.
pub async fn withdraw_when_expired(store: Store, folder: DataFolder, link: OwnerLink) {
    tokio::time::sleep(link.expires_at.since(clock::now())).await;
    if let Err(error) = withdraw(&store, &folder, &link).await {
        tracing::warn!(error = &error as &dyn std::error::Error, "the owner link could not be withdrawn");
    }
}

async fn withdraw(store: &Store, folder: &DataFolder, link: &OwnerLink) -> Result<(), Error> {
    let file = folder.owner_link_file();
    if read_secret(folder).as_ref() != Some(&link.secret) {
        // A newer link has taken its place.
        return Ok(());
    }
    if spent::is_spent(store, &link.secret).await? {
        return files::remove(&file);
    }
    files::replace(&file, NO_LINK, Readers::Owner)?;
    tracing::info!("the owner link has expired unused; `jido owner-link` makes another");
    Ok(())
}

async fn has_waiting_link(store: &Store, folder: &DataFolder) -> Result<bool, Error> {
    let file = folder.owner_link_file();
    if !file.exists() {
        return Ok(false);
    }
    match read_secret(folder) {
        Some(secret) if spent::is_spent(store, &secret).await? => {
            files::remove(&file)?;
            Ok(false)
        }
        _ => Ok(true),
    }
}

/// The secret of the newest link, while its file holds one.
fn read_secret(folder: &DataFolder) -> Option<String> {
    let text = std::fs::read_to_string(folder.owner_link_file()).ok()?;
    text.trim().split_once(PATH).map(|(_, secret)| secret.to_owned())
}

fn running_address(folder: &DataFolder) -> String {
    match std::fs::read_to_string(folder.address_file()) {
        Ok(address) if !address.trim().is_empty() => address.trim().to_owned(),
        _ => USUAL_ADDRESS.to_owned(),
    }
}

#[cfg(test)]
mod tests;
