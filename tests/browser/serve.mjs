// Starts a server with the demo project for looking at pages: `node tests/browser/serve.mjs [--port N] [--debug]`.
//
// The binary is JIDO_BIN or target/debug/jido. The app is read from target/web (with --debug from target/web-debug)
// at every request: build it again and reload. Ctrl-C ends the server and removes its data.
import { parseArgs } from "node:util";
import { forget, remember } from "./support/looking.mjs";
import { Server } from "./support/server.mjs";
import { signedIn } from "./support/session.mjs";

const { values } = parseArgs({
  options: { port: { type: "string", default: "0" }, debug: { type: "boolean", default: false } },
});

try {
  const server = await Server.start({ port: Number(values.port), debug: values.debug });
  const file = await remember(server.url, await signedIn(server));
  console.log(`address  ${server.url}`);
  console.log(`session  ${file}  (read by look.mjs --url ${server.url})`);
  console.log(`data     ${server.data}`);
  console.log(`sign in  ${await server.ownerLink()}`);
  const end = async () => {
    await forget(server.url);
    await server.close();
    process.exit(0);
  };
  process.once("SIGINT", end);
  process.once("SIGTERM", end);
  setInterval(() => {}, 1 << 30);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
