//! Replacing what wraps the keys of files. The key store has transactions of its own, so an entry says that it begins, before
//! anything is changed, and another what was done.

use proofdesk_domain::entities::business::BUSINESS;
use proofdesk_domain::enumeration::AuditType;
use proofdesk_domain::value::Value;
use proofdesk_store::Transaction;
use proofdesk_vault::{KeyCount, MasterKey, Progress, Rotated};

use crate::Desk;
use crate::audit::{self, Changes, Entry};
use crate::caller::Caller;
use crate::error::DeskError;

/// Puts another master key in the place of the one that there is.
///
/// # Errors
/// [`DeskError::Unavailable`]; the old master key opens everything then.
pub async fn rotate_master(desk: &Desk, new: &MasterKey) -> Result<Rotated, DeskError> {
    note(desk, None, "The master key is being replaced".to_owned()).await?;
    let rotated = desk.vault().rotate_master(new).await?;
    let keys = rotated.rewrapped;
    note(desk, None, format!("The master key was replaced; {keys} keys of locations were wrapped anew"))
        .await?;
    Ok(rotated)
}

/// Gives a location, or all that have files, a new key, and moves all that the old ones wrap under it. If an earlier
/// rotation was begun and not ended, ends that one instead.
///
/// # Errors
/// [`DeskError::Unavailable`]; calling again goes on.
pub async fn rotate_businesses(
    desk: &Desk,
    business: Option<i64>,
    progress: Progress<'_>,
) -> Result<Rotated, DeskError> {
    let vault = desk.vault();
    note(desk, business, "The keys of files are being wrapped anew".to_owned()).await?;
    let renewed = if vault.rotation_is_unfinished(business).await? {
        Rotated::default()
    } else {
        vault.renew_business_keys(business).await?
    };
    let moved = vault.finish_rotation(business, progress).await?;
    let rotated = Rotated { businesses: renewed.businesses, ..moved };
    let said = format!(
        "Keys of files were wrapped anew: {} under {} new keys of locations; {} old keys were destroyed, {} keys of files \
         do not open",
        rotated.rewrapped, rotated.businesses, rotated.destroyed, rotated.damaged
    );
    note(desk, business, said).await?;
    Ok(rotated)
}

/// Whether this is the master key that the desk uses now.
pub fn has_master(desk: &Desk, key: &MasterKey) -> bool {
    desk.vault().has_master(key)
}

/// Whether a rotation of a location's key, or of any, was begun and not ended.
///
/// # Errors
/// [`DeskError::Unavailable`].
pub async fn is_unfinished(desk: &Desk, business: Option<i64>) -> Result<bool, DeskError> {
    Ok(desk.vault().rotation_is_unfinished(business).await?)
}

/// How many keys of files there are under each key of a location.
///
/// # Errors
/// [`DeskError::Unavailable`].
pub async fn counts(desk: &Desk) -> Result<Vec<KeyCount>, DeskError> {
    Ok(desk.vault().key_counts().await?)
}

async fn note(desk: &Desk, business: Option<i64>, description: String) -> Result<(), DeskError> {
    let mut transaction = Transaction::default();
    let id = business.map_or(Value::Null, Value::Int);
    let entry = Entry {
        kind: AuditType::KeysRotated,
        entity: &BUSINESS,
        id: id.clone(),
        business: id,
        subject: Value::Null,
        description,
        changes: Changes::default(),
    };
    audit::record(desk, &mut transaction, &Caller::system(), entry);
    desk.commit(transaction).await.map(drop)
}
