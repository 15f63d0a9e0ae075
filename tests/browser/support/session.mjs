// A browser's session, made without a browser.

/** Spends a new owner link; returns what Playwright calls a storage state: the cookie of the session. */
export async function signedIn(server) {
  const token = new URL(await server.ownerLink()).hash.replace("#token=", "");
  const response = await fetch(`${server.url}/api/v1/session/owner-link`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Sec-Fetch-Site": "same-origin", Origin: server.url },
    body: JSON.stringify({ token }),
  });
  if (!response.ok) throw new Error(`The owner link was refused: ${response.status}\n${await response.text()}`);
  const [pair, ...attributes] = response.headers.getSetCookie()[0].split("; ");
  const [name, value] = pair.split("=");
  const maxAge = attributes.find((attribute) => attribute.startsWith("Max-Age="))?.slice("Max-Age=".length);
  const expires = maxAge ? Math.floor(Date.now() / 1000) + Number(maxAge) : -1;
  const domain = new URL(server.url).hostname;
  return {
    cookies: [{ name, value, domain, path: "/", expires, httpOnly: true, secure: false, sameSite: "Strict" }],
    origins: [],
  };
}
