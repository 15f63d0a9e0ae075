// Runs of the demo project, brought about by REST.

/** Starts a run that the scripted agent can complete. */
export function startRun(api, projectId, { title = "Add up all parts of a duration" } = {}) {
  return api.post(`/projects/${projectId}/runs`, {
    workflow: "fix_failing_tests",
    title,
    inputs: { failure_signal: "tests::several_parts_are_added_up fails on main" },
  });
}

/** The path of a run in the REST interface and, without the prefix, in the app. */
export const pathOf = (run) => `/projects/${run.project_id}/runs/${run.id}`;

/** Starts a run and waits until it stands at its gate. */
export async function runAtGate(api, projectId, options) {
  const run = await startRun(api, projectId, options);
  return api.until(pathOf(run), (it) => it.status === "awaiting_approval");
}

/** Approves what the gate of this run shows. */
export async function approve(api, run, rationale = "As it should be.") {
  const path = `${pathOf(run)}/approvals/${run.approval.id}`;
  const approval = await api.get(path);
  return api.post(`${path}/approve`, { rationale }, { "If-Match": `"${approval.evidence.digest}"` });
}
