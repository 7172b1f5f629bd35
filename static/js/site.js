// What works on every page: the theme, the keys, the way into search, the place in the tree.

import { write } from "./lib/kept.js";
import { Keys } from "./lib/shortcuts.js";
import { areOn, isOn } from "./lib/switches.js";

const root = document.documentElement;
const [search, theme, help, side] = ["a.search", "button.theme", "button.keys", "#side"].map((place) => document.querySelector(place));

const THEMES = ["system", "light", "dark"];

function nextTheme() {
  root.dataset.theme = THEMES[(THEMES.indexOf(root.dataset.theme) + 1) % THEMES.length];
  write("theme", root.dataset.theme);
}

const nameTheme = () => (theme.title = theme.ariaLabel = `Theme: ${root.dataset.theme}`);
nameTheme();
new MutationObserver(nameTheme).observe(root, { attributeFilter: ["data-theme"] });
theme.addEventListener("click", nextTheme);

// Search and help are loaded when they are first used; until then search is a link.
const openSearch = () => import("./elements/search-palette.js").then(({ open }) => open(search)).catch(() => location.assign(search.href));
const openHelp = () => import("./elements/keyboard-help.js").then(({ open }) => open(help));
if (navigator.platform.startsWith("Mac")) search.querySelector("kbd").textContent = "⌘K";
help.addEventListener("click", openHelp);
search.addEventListener("click", (event) => {
  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  openSearch();
});

const follow = (link) => () => document.querySelector(link)?.click();
const ACTIONS = {
  search: openSearch,
  help: openHelp,
  theme: nextTheme,
  previous: follow("a[rel=prev]"),
  next: follow("a[rel=next]"),
  home: () => location.assign("/"),
  documents: () => location.assign("/docs/"),
  book: () => location.assign("/book/"),
  journal: () => location.assign("/journal/"),
  reference: () => location.assign("/reference/"),
};
const keys = new Keys();
addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || !areOn() || document.querySelector("dialog[open]")) return;
  // A box that is ticked takes no letters; and it may have the focus a moment longer than the dialog it was in is open.
  const typing = Boolean(event.target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]"));
  // AltGr, which many keyboards need for brackets, looks like Ctrl and Alt held together.
  const written = event.getModifierState("AltGraph");
  const meant = keys.press({
    key: event.key, mod: !written && (event.metaKey || event.ctrlKey), alt: !written && event.altKey, typing, at: event.timeStamp,
  });
  if (!meant || !isOn(meant)) return;
  event.preventDefault();
  ACTIONS[meant]();
});

// The tree is shown where the current page is in it. Browsers that know `scroll-initial-target` have done so before the first paint.
const showCurrent = () => side.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
if (!CSS.supports("scroll-initial-target: nearest")) {
  showCurrent();
  side.addEventListener("toggle", showCurrent);
}

// A page that was found says in its address what to mark.
const found = new URLSearchParams(location.search).get("q");
if (found && document.querySelector("main article")) import("./elements/search-marks.js").then(({ markPage }) => markPage(found, search));
