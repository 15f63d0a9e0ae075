//! What one credential may do: the roles of its user, within what the credential is limited to.

use super::{Permission, Reach, Role};
use crate::ProjectId;
use std::collections::BTreeMap;

/// The roles of a user, within the limits of the credential that was shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rights {
    /// The role on the whole installation; the owner is admin.
    pub installation: Option<Role>,
    /// The roles on single projects.
    pub projects: BTreeMap<ProjectId, Role>,
    /// What a token is limited to; absent: nothing is held back.
    pub scopes: Option<Vec<Permission>>,
    /// The only projects that a token reaches; absent: all of its user's, and the installation.
    pub only: Option<Vec<ProjectId>>,
}

/// Why something may not be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lacking {
    /// The project does not exist as far as the caller can see.
    Unseen,
    /// The role is too low. `held` is the one where it counts.
    Role { permission: Permission, held: Option<Role>, needed: Role },
    /// The token holds this back, whatever its user may.
    Scope { permission: Permission },
    /// The token reaches some projects, and this is none of a project.
    Reach { permission: Permission },
}

/// Which projects a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Visibility {
    #[default]
    All,
    Projects(Vec<ProjectId>),
}

impl Visibility {
    pub fn includes(&self, project: ProjectId) -> bool {
        match self {
            Self::All => true,
            Self::Projects(projects) => projects.contains(&project),
        }
    }
}

impl Rights {
    /// The role that counts on the project: the greater of the project's own and the installation's.
    pub fn role_on(&self, project: ProjectId) -> Option<Role> {
        let reached = self.only.as_ref().is_none_or(|only| only.contains(&project));
        reached.then(|| self.installation.max(self.projects.get(&project).copied())).flatten()
    }

    /// Whether nothing is held back of what the user may.
    pub const fn is_whole(&self) -> bool {
        self.scopes.is_none() && self.only.is_none()
    }

    /// Whether the credential may do this; `project` is the one concerned, absent where a list goes across projects.
    pub fn check(&self, permission: Permission, project: Option<ProjectId>) -> Result<(), Lacking> {
        let role = match (permission.reach(), project) {
            (Reach::Anybody, _) => return self.check_scope(permission),
            // Lists across projects show what can be read, be it nothing.
            (Reach::Project(Role::Viewer), None) => return self.check_scope(permission),
            (Reach::Project(_), None) => return Err(Lacking::Unseen),
            (Reach::Project(needed), Some(project)) => {
                let held = self.role_on(project).ok_or(Lacking::Unseen)?;
                (Some(held), needed)
            }
            (Reach::Installation(needed), _) => (self.installation, needed),
        };
        let (held, needed) = role;
        if held < Some(needed) {
            return Err(Lacking::Role { permission, held, needed });
        }
        if self.only.is_some() && matches!(permission.reach(), Reach::Installation(_)) {
            return Err(Lacking::Reach { permission });
        }
        self.check_scope(permission)
    }

    /// What the credential may do on this project.
    pub fn permissions_on(&self, project: ProjectId) -> Vec<Permission> {
        let may = |permission: &Permission| match permission.reach() {
            Reach::Project(_) => self.check(*permission, Some(project)).is_ok(),
            Reach::Installation(_) | Reach::Anybody => false,
        };
        Permission::ALL.iter().copied().filter(may).collect()
    }

    /// What the credential may do on some project, or on the installation.
    pub fn permissions_anywhere(&self) -> Vec<Permission> {
        let highest = self.installation.max(self.projects.values().copied().max());
        let may = |permission: &Permission| match permission.reach() {
            Reach::Project(least) => highest >= Some(least) && self.check_scope(*permission).is_ok(),
            Reach::Installation(_) | Reach::Anybody => self.check(*permission, None).is_ok(),
        };
        Permission::ALL.iter().copied().filter(may).collect()
    }

    fn check_scope(&self, permission: Permission) -> Result<(), Lacking> {
        match &self.scopes {
            Some(scopes) if !scopes.contains(&permission) => Err(Lacking::Scope { permission }),
            Some(_) | None => Ok(()),
        }
    }

    /// The projects that lists show.
    pub fn visibility(&self) -> Visibility {
        match (self.installation, &self.only) {
            (Some(_), None) => Visibility::All,
            (Some(_), Some(only)) => Visibility::Projects(only.clone()),
            (None, _) => {
                let seen = self.projects.keys().copied();
                Visibility::Projects(seen.filter(|project| self.role_on(*project).is_some()).collect())
            }
        }
    }
}
