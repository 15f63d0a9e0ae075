// Starts a run, watches it to its gate, reads what would ship, approves exactly that, and watches it to its end.

import { randomUUID } from "node:crypto";
import createClient from "openapi-fetch";
import type { components, paths } from "./generated/jido.js";

type Problem = components["schemas"]["Problem"];
type EventKind = components["schemas"]["EventKind"];

const ENDED: EventKind[] = ["run_completed", "run_failed", "run_cancelled"];

const { SERVER, TOKEN, PROJECT } = process.env;
if (!SERVER || !TOKEN || !PROJECT) throw new Error("SERVER, TOKEN and PROJECT must be set");

const client = createClient<paths>({ baseUrl: SERVER, headers: { Authorization: `Bearer ${TOKEN}` } });
const project = { project_id: PROJECT };

// Every fault of a request comes at once, each with its place.
const faulty = await client.POST("/api/v1/projects/{project_id}/runs", {
  params: { path: project },
  body: { workflow: "fix_failing_tests", inputs: {} },
});
if (faulty.error?.code !== "validation_failed") throw new Error("expected a problem");
printProblem(faulty.error);

// With a key the same request can be sent again: it gets the same run.
const run = answered(
  await client.POST("/api/v1/projects/{project_id}/runs", {
    params: { path: project, header: { "Idempotency-Key": randomUUID() } },
    body: {
      workflow: "fix_failing_tests",
      inputs: { failure_signal: "tests::several_parts_are_added_up fails on main" },
    },
  }),
);
console.log(`run ${run.number} is ${run.status}`);
const path = { ...project, run_id: run.id };

const seen = await watch(0, ["approval_requested", "approval_blocked", ...ENDED]);

const atGate = answered(await client.GET("/api/v1/projects/{project_id}/runs/{run_id}", { params: { path } }));
if (!atGate.approval) throw new Error("the run has no gate");
const gate = { ...path, approval_id: atGate.approval.id };
const { evidence } = answered(
  await client.GET("/api/v1/projects/{project_id}/runs/{run_id}/approvals/{approval_id}", { params: { path: gate } }),
);
console.log(`change: ${evidence.diff_summary?.text}`);
console.log(`tests: ${evidence.test_summary?.text}`);
for (const note of evidence.risk_notes ?? []) console.log(`risk, ${note.level}: ${note.message}`);

// If-Match names what was read. Had it changed since, the answer would be 412.
const approved = answered(
  await client.POST("/api/v1/projects/{project_id}/runs/{run_id}/approvals/{approval_id}/approve", {
    params: { path: gate, header: { "If-Match": `"${evidence.digest}"`, "Idempotency-Key": randomUUID() } },
    body: { rationale: "Reviewed." },
  }),
);
console.log(`gate is ${approved.status}`);

await watch(seen, ENDED);
const ended = answered(await client.GET("/api/v1/projects/{project_id}/runs/{run_id}", { params: { path } }));
const destination = approved.destination;
console.log(`run ${ended.number} is ${ended.status}: ${destination?.branch} on ${destination?.remote}`);

/** Prints the events behind `after` until one of these came; returns where that was. */
async function watch(after: number, until: EventKind[]): Promise<number> {
  for (;;) {
    // The answer waits for an event when there is none yet.
    const page = answered(
      await client.GET("/api/v1/projects/{project_id}/runs/{run_id}/events", {
        params: { path, query: { after, wait_ms: 20_000 } },
      }),
    );
    for (const event of page.items) {
      console.log(`${String(event.seq).padStart(3)}  ${event.event} ${event.step ?? ""}`);
      if (until.includes(event.event)) return event.seq;
    }
    after = page.next_after;
  }
}

/** The data of an answer; a problem ends the program. */
function answered<T>(answer: { data?: T; error?: Problem }): T {
  if (answer.data !== undefined) return answer.data;
  if (answer.error) printProblem(answer.error);
  throw new Error("the request was refused");
}

function printProblem(problem: Problem): void {
  console.log(`${problem.code}: ${problem.detail}`);
  for (const fault of problem.errors ?? []) console.log(`  ${fault.pointer} ${fault.detail}`);
}
