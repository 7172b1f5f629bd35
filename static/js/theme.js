// The chosen theme. It stands in the page, before its body, so that nothing flashes.
try {
  document.documentElement.dataset.theme = localStorage.getItem("theme") || "system";
} catch {
  document.documentElement.dataset.theme = "system";
}
