//! Who may call an operation, as the document says it.

use crate::permission::{Need, need_of};
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::SecurityRequirement;

/// Says what the operation needs: as security requirements, whose lists name the permission, and in a sentence.
pub fn describe(operation: &mut Operation) {
    let Some(need) = operation.operation_id.as_deref().and_then(need_of) else { return };
    let (permissions, sentence) = match need {
        Need::Public => {
            operation.security = Some(vec![SecurityRequirement::default()]);
            return;
        }
        Need::SignedIn => (Vec::new(), "Needs nothing but being signed in.".to_owned()),
        Need::Permission(permission) => {
            (vec![permission.as_str()], format!("Needs the permission `{permission}`."))
        }
    };
    let requirement = |scheme: &str| SecurityRequirement::new(scheme, permissions.clone());
    operation.security = Some(vec![requirement("token"), requirement("session")]);
    let description = operation.description.get_or_insert_default();
    description.push_str("\n\n");
    description.push_str(&sentence);
}
