// The pages of the app, as the specs that look at all of them visit them.

/** Each page by the name that its pictures bear. `path` gets what `scene` made; `stranger` pages need no session. */
export const routes = [
  { name: "sign-in", path: () => "/sign-in", stranger: true },
  { name: "catalogue", path: () => "/workflows" },
  { name: "workflows", path: ({ project }) => `/workflows?workflow=fix_failing_tests&project=${project.id}` },
  { name: "projects", path: () => "/projects" },
  { name: "project", path: ({ project }) => `/projects/${project.id}` },
  { name: "project-members", path: ({ project }) => `/projects/${project.id}?tab=members` },
  { name: "project-settings", path: ({ project }) => `/projects/${project.id}?tab=settings` },
  { name: "account", path: () => "/account" },
  { name: "people", path: () => "/people" },
  { name: "invitation", path: () => "/sign-in?invitation=1#token=jido_not_spent_yet", stranger: true },
  { name: "runs", path: ({ project }) => `/projects/${project.id}/runs` },
  { name: "run-at-gate", path: ({ project, atGate }) => `/projects/${project.id}/runs/${atGate.id}` },
  { name: "run-completed", path: ({ project, completed }) => `/projects/${project.id}/runs/${completed.id}` },
  { name: "run-failed", path: ({ project, failed }) => `/projects/${project.id}/runs/${failed.id}` },
  { name: "run-artifacts", path: ({ project, completed }) => `/projects/${project.id}/runs/${completed.id}?tab=artifacts` },
  { name: "approvals", path: () => "/approvals" },
  { name: "approvals-decided", path: () => "/approvals?tab=decided" },
  { name: "not-found", path: () => "/nowhere" },
];
