// Mermaid writes its rules into a style element, which the policy forbids. What it makes here hands them to a stylesheet instead.

const { document, CSSStyleSheet } = globalThis;

let latest = null;

// The rules mermaid wrote last, as a stylesheet that is in force on the page until it is taken from there.
export function takeRules() {
  const taken = latest;
  latest = null;
  return taken;
}

// Stands for `document.createElement` in all of mermaid.
export function createElement(name, options) {
  if (name !== "style") return document.createElement(name, options);
  const stand = document.createElementNS("http://www.w3.org/2000/svg", "metadata");
  Object.defineProperty(stand, "innerHTML", { set: adopt });
  return stand;
}

function adopt(text) {
  latest = new CSSStyleSheet();
  latest.replaceSync(text);
  document.adoptedStyleSheets.push(latest);
}
