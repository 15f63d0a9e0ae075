"""Starts a run, watches it to its gate, reads what would ship, approves exactly that, and watches it to its end."""

import os
import sys
from typing import TypeVar
from uuid import UUID, uuid4

from httpx import Timeout

from jido_client import AuthenticatedClient
from jido_client.api.approvals import approve_run, get_approval
from jido_client.api.events import list_events
from jido_client.api.runs import get_run, start_run
from jido_client.models import (
    DecisionRequest,
    EventKind,
    JsonObject,
    Problem,
    StartRunRequest,
)

T = TypeVar("T")

client = AuthenticatedClient(base_url=os.environ["SERVER"], token=os.environ["TOKEN"], timeout=Timeout(60))
project = UUID(os.environ["PROJECT"])

ENDED = {EventKind.RUN_COMPLETED, EventKind.RUN_FAILED, EventKind.RUN_CANCELLED}


def main() -> None:
    # Every fault of a request comes at once, each with its place.
    faulty = StartRunRequest(workflow="fix_failing_tests", inputs=JsonObject())
    refused = start_run.sync(project, client=client, body=faulty)
    if not isinstance(refused, Problem):
        sys.exit("expected a problem")
    print_problem(refused)

    # With a key the same request can be sent again: it gets the same run.
    inputs = JsonObject.from_dict({"failure_signal": "tests::several_parts_are_added_up fails on main"})
    request = StartRunRequest(workflow="fix_failing_tests", inputs=inputs)
    run = answered(start_run.sync(project, client=client, body=request, idempotency_key=str(uuid4())))
    print(f"run {run.number} is {run.status}")

    seen = watch(run.id, 0, {EventKind.APPROVAL_REQUESTED, EventKind.APPROVAL_BLOCKED} | ENDED)

    gate = answered(get_run.sync(project, run.id, client=client)).approval
    if gate is None:
        sys.exit("the run has no gate")
    evidence = answered(get_approval.sync(project, run.id, gate.id, client=client)).evidence
    if evidence.diff_summary is None or evidence.test_summary is None:
        sys.exit("the gate is blocked")
    print(f"change: {evidence.diff_summary.text}")
    print(f"tests: {evidence.test_summary.text}")
    for note in evidence.risk_notes or []:
        print(f"risk, {note.level}: {note.message}")

    # If-Match names what was read. Had it changed since, the answer would be 412.
    approved = answered(
        approve_run.sync(
            project,
            run.id,
            gate.id,
            client=client,
            body=DecisionRequest(rationale="Reviewed."),
            if_match=f'"{evidence.digest}"',
            idempotency_key=str(uuid4()),
        )
    )
    print(f"gate is {approved.status}")

    watch(run.id, seen, ENDED)
    run = answered(get_run.sync(project, run.id, client=client))
    if approved.destination is None:
        sys.exit("nothing ships")
    print(f"run {run.number} is {run.status}: {approved.destination.branch} on {approved.destination.remote}")


def watch(run: UUID, after: int, until: set[EventKind]) -> int:
    """Prints the events behind `after` until one of these came; returns where that was."""
    while True:
        # The answer waits for an event when there is none yet.
        page = answered(list_events.sync(project, run, client=client, after=after, wait_ms=20_000))
        for event in page.items:
            print(f"{event.seq:>3}  {event.event} {event.step or ''}")
            if event.event in until:
                return event.seq
        after = page.next_after


def answered(answer: T | Problem | None) -> T:
    """The data of an answer; a problem ends the program."""
    if isinstance(answer, Problem):
        print_problem(answer)
        sys.exit("the request was refused")
    if answer is None:
        sys.exit("the answer was empty")
    return answer


def print_problem(problem: Problem) -> None:
    print(f"{problem.code}: {problem.detail}")
    for fault in problem.errors or []:
        print(f"  {fault.pointer} {fault.detail}")


if __name__ == "__main__":
    main()
