//! Roles, permissions, and what a credential is limited to.

use domain::access::{Lacking, Reach, Rights, Visibility};
use domain::{Permission, ProjectId, Role, UserName};
use std::collections::BTreeMap;
use test_case::test_case;

fn project(number: u32) -> ProjectId {
    ProjectId::parse(&format!("0199f0c2-7d1e-7a40-8c11-{number:012x}")).unwrap()
}

/// A viewer everywhere who is approver on project 1.
fn rights() -> Rights {
    Rights {
        installation: Some(Role::Viewer),
        projects: BTreeMap::from([(project(1), Role::Approver)]),
        scopes: None,
        only: None,
    }
}

#[test]
fn roles_form_a_ladder() {
    for pair in Role::ALL.windows(2) {
        assert!(pair[0] < pair[1]);
        for permission in Permission::ALL {
            assert!(!pair[0].allows(*permission) || pair[1].allows(*permission), "{permission} {pair:?}");
        }
    }
    let table: Vec<String> = Permission::ALL.iter().map(|p| format!("{p}: {:?}", p.reach())).collect();
    insta::assert_snapshot!(table.join("\n"), @r"
    read_projects: Project(Viewer)
    read_runs: Project(Viewer)
    start_runs: Project(Operator)
    cancel_runs: Project(Operator)
    decide_approvals: Project(Approver)
    manage_projects: Project(Maintainer)
    manage_members: Project(Admin)
    archive_projects: Project(Admin)
    read_workflows: Anybody
    publish_workflows: Installation(Maintainer)
    create_projects: Installation(Maintainer)
    manage_users: Installation(Admin)
    read_metrics: Installation(Admin)
    manage_account: Anybody
    ");
}

#[test]
fn the_greater_of_two_roles_counts() {
    let mut rights = rights();
    assert_eq!(rights.role_on(project(1)), Some(Role::Approver));
    assert_eq!(rights.role_on(project(2)), Some(Role::Viewer));
    rights.installation = Some(Role::Admin);
    assert_eq!(rights.role_on(project(1)), Some(Role::Admin));
    rights.installation = None;
    assert_eq!(rights.role_on(project(2)), None);
}

#[test]
fn a_project_without_a_role_is_not_there_whatever_is_asked() {
    let rights = Rights { installation: None, ..rights() };
    for permission in Permission::ALL {
        if let Reach::Project(_) = permission.reach() {
            assert_eq!(rights.check(*permission, Some(project(2))), Err(Lacking::Unseen), "{permission}");
        }
    }
    assert_eq!(rights.visibility(), Visibility::Projects(vec![project(1)]));
}

#[test]
fn a_role_that_is_too_low_is_told_what_is_missing() {
    let refused = rights().check(Permission::ManageProjects, Some(project(1)));
    let (permission, held) = (Permission::ManageProjects, Some(Role::Approver));
    assert_eq!(refused, Err(Lacking::Role { permission, held, needed: Role::Maintainer }));
    let refused = rights().check(Permission::PublishWorkflows, Some(project(1)));
    let (permission, held) = (Permission::PublishWorkflows, Some(Role::Viewer));
    assert_eq!(refused, Err(Lacking::Role { permission, held, needed: Role::Maintainer }));
}

#[test]
fn scopes_narrow_what_the_role_gives() {
    let scopes = Some(vec![Permission::ReadRuns, Permission::ManageProjects]);
    let rights = Rights { scopes, ..rights() };
    assert_eq!(rights.check(Permission::ReadRuns, Some(project(1))), Ok(()));
    assert_eq!(rights.check(Permission::ReadRuns, None), Ok(()));
    for withheld in [Permission::ReadProjects, Permission::DecideApprovals, Permission::ManageAccount] {
        let refused = rights.check(withheld, Some(project(1)));
        assert_eq!(refused, Err(Lacking::Scope { permission: withheld }));
    }
    let beyond = rights.check(Permission::ManageProjects, Some(project(1)));
    assert!(matches!(beyond, Err(Lacking::Role { .. })), "a scope gives nothing that the role does not");
}

#[test]
fn a_token_for_some_projects_sees_no_others_and_not_the_installation() {
    let only = Some(vec![project(1), project(3)]);
    let rights = Rights { installation: Some(Role::Admin), only, ..rights() };
    assert_eq!(rights.check(Permission::ManageMembers, Some(project(1))), Ok(()));
    assert_eq!(rights.check(Permission::ReadRuns, Some(project(2))), Err(Lacking::Unseen));
    for permission in [Permission::PublishWorkflows, Permission::CreateProjects, Permission::ManageUsers] {
        assert_eq!(rights.check(permission, None), Err(Lacking::Reach { permission }));
    }
    assert_eq!(rights.visibility(), Visibility::Projects(vec![project(1), project(3)]));
    let unplaced = Rights { installation: None, ..rights };
    assert_eq!(unplaced.visibility(), Visibility::Projects(vec![project(1)]), "a limit is no role");
}

#[test_case("al", true)]
#[test_case("alice.b-c_9", true)]
#[test_case("9lives", true)]
#[test_case("a", false; "one character")]
#[test_case("", false; "empty")]
#[test_case("Alice", false; "a capital")]
#[test_case(".alice", false; "a dot first")]
#[test_case("al ice", false; "a blank")]
#[test_case("ålice", false; "another alphabet")]
#[test_case("a12345678901234567890123456789012345678901", false; "too long")]
fn user_names_are_plain(text: &str, valid: bool) {
    assert_eq!(UserName::parse(text).is_ok(), valid);
}
