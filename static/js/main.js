// What every page loads: the theme switch, the folding tree, and the elements.

import "./elements/copy-markdown.js";
import "./elements/document-filter.js";
import "./elements/run-panel.js";

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
if (matchMedia("(max-width: 60rem)").matches) tree.open = false;
else tree.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
