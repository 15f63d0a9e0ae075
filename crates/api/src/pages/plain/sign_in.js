// Spends the one-time link in the address's fragment, which no server log ever sees.
const say = (text) => { document.getElementById("state").textContent = text; };
const token = new URLSearchParams(location.hash.slice(1)).get("token");
history.replaceState(null, "", location.pathname);

const signIn = async () => {
  const reply = token
    ? await fetch("/api/v1/session/owner-link", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ token }),
      })
    : await fetch("/api/v1/session");
  const body = await reply.json();
  if (reply.ok) {
    say(`You are signed in as ${body.name}.`);
  } else if (token) {
    say(`${body.detail} ${body.remediation}`);
  } else {
    say("You are not signed in. `jido owner-link` prints a new one-time link.");
  }
};
signIn().catch(() => say("The server does not answer. Reload the page to try again."));
