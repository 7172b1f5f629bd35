// JSON in the colours of code: names, texts, numbers and words in a span each.

// Past this many characters the spans would cost more than the colours help.
const LONGEST = 20_000;
const TOKEN = /("(?:[^"\\]|\\[^])*"?)(?=(\s*:)?)|(-?\d[\d.eE+-]*)|(true|false|null)/g;

/** The parts of `json` in their order. @returns {{kind: "name" | "text" | "number" | "word" | "", text: string}[]} `kind` is "" for what has no colour */
export function partsOf(json) {
  const parts = [];
  let from = 0;
  for (const match of json.matchAll(TOKEN)) {
    const [text, quoted, colon, number] = match;
    if (match.index > from) parts.push({ kind: "", text: json.slice(from, match.index) });
    parts.push({ kind: quoted ? (colon ? "name" : "text") : number ? "number" : "word", text });
    from = match.index + text.length;
  }
  if (from < json.length) parts.push({ kind: "", text: json.slice(from) });
  return parts;
}

/** Give `node` this JSON in colours, as elements that `make` makes; plain where it is long. */
export function sayJson(node, json, make) {
  if (node.textContent === json) return;
  if (json.length > LONGEST) node.textContent = json;
  else node.replaceChildren(...partsOf(json).map(({ kind, text }) => (kind ? make("span", { "data-kind": kind }, text) : text)));
}
