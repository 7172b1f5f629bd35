// The chosen theme, set before the first paint so that nothing flashes. Loaded as a plain script for that reason.
try {
  document.documentElement.dataset.theme = localStorage.getItem("theme") || "system";
} catch {
  document.documentElement.dataset.theme = "system";
}
