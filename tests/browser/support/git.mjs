// The demo's repositories.
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

export const remoteOf = (server) => path.join(server.demo, "remote.git");

async function git(folder, ...words) {
  const person = ["-c", "user.name=A maintainer", "-c", "user.email=maintainer@example.invalid"];
  const { stdout } = await run("git", ["-C", folder, ...person, ...words]);
  return stdout.trim();
}

/** The commit that a branch of the remote names; undefined where there is no such branch. */
export async function branch(server, name) {
  return git(remoteOf(server), "rev-parse", "--verify", "--quiet", `refs/heads/${name}`).catch(() => undefined);
}

/** Moves the remote's main branch on by one commit. */
export async function moveMain(server) {
  const project = path.join(server.demo, "project");
  await writeFile(path.join(project, "NOTES.md"), `Noted ${process.hrtime.bigint()}.\n`);
  await git(project, "add", "NOTES.md");
  await git(project, "commit", "--quiet", "--message", "Note something");
  await git(project, "push", "--quiet", remoteOf(server), "HEAD:main");
}
