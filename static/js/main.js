// What every page loads: the theme switch, the folding tree, and the elements.

import "./elements/copy-markdown.js";
import "./elements/document-filter.js";
import "./elements/run-answer.js";
import "./elements/run-panel.js";
import "./views.js";

const THEMES = { system: "System theme", light: "Light theme", dark: "Dark theme" };
const root = document.documentElement;
const button = document.querySelector("button.theme");

function name() {
  button.title = button.ariaLabel = THEMES[root.dataset.theme];
}

button.hidden = false;
name();
button.addEventListener("click", () => {
  const order = Object.keys(THEMES);
  root.dataset.theme = order[(order.indexOf(root.dataset.theme) + 1) % order.length];
  localStorage.setItem("theme", root.dataset.theme);
  name();
});

// On a narrow screen the tree would stand before the text, so there it starts folded.
const tree = document.querySelector("nav.tree > details");
if (tree && matchMedia("(max-width: 60rem)").matches) tree.open = false;
else tree?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });

// Search is loaded when it is first used; until then it is a link.
const search = document.querySelector("a.search");
const openSearch = (event) => {
  event.preventDefault();
  import("./elements/search-palette.js").then(({ open }) => open(search)).catch(() => location.assign(search.href));
};
const keys = search.querySelector("kbd");
keys.textContent = navigator.platform.startsWith("Mac") ? "⌘K" : "Ctrl K";
keys.hidden = false;
search.addEventListener("click", (event) => event.metaKey || event.ctrlKey || event.shiftKey || openSearch(event));
addEventListener("keydown", (event) => {
  if (localStorage.getItem("shortcuts") === "off" || event.defaultPrevented || event.altKey) return;
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k") openSearch(event);
  else if (event.key === "/" && !typing && !event.metaKey && !event.ctrlKey) openSearch(event);
});

// A page that was found says in its address what to mark.
const found = new URLSearchParams(location.search).get("q");
if (found && document.querySelector("article.prose")) import("./elements/search-marks.js").then(({ markPage }) => markPage(found, search));
