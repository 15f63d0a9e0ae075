// Workflows of a test's own.

let published = 0;

/** Publishes a definition under a name of its own; returns the name. */
export async function publish(api, definition) {
  const name = `flow_${process.pid}_${(published += 1)}`;
  await api.post(`/workflows/${name}/versions`, { name, ...definition });
  return name;
}

/** A workflow whose only step is this shell script. */
export const oneCommand = (run, more = {}) => ({ steps: [{ key: "only", uses: "command", with: { run } }], ...more });

/** Starts a run of a workflow and waits until it has ended. */
export async function endedRun(api, projectId, workflow) {
  const run = await api.post(`/projects/${projectId}/runs`, { workflow });
  const path = `/projects/${projectId}/runs/${run.id}`;
  return api.until(path, ({ status }) => ["completed", "failed", "cancelled"].includes(status));
}
