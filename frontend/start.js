
// Starts the app. What went wrong is told in words, for nothing else would be on the page.
__wbg_init({ module_or_path: "{{app.wasm}}" }).catch((error) => {
  console.error(error);
  const reason = error instanceof Error ? error.message : String(error);
  const place = document.getElementById("boot") ?? document.body.appendChild(document.createElement("div"));
  const text = document.createElement("p");
  text.setAttribute("role", "alert");
  text.textContent =
    `The app could not start: ${reason}. Reload the page; if that does not help, use a current browser.`;
  place.replaceChildren(text);
});
