// Sets the theme that a person chose before the first paint. Without a choice the system's own applies.
try {
  const theme = localStorage.getItem("jido.theme");
  if (theme === "light" || theme === "dark") {
    document.documentElement.dataset.theme = theme;
  }
} catch {
  // A browser that keeps no storage for this site has no choice to remember.
}
