// Several answers to one request, laid out for comparison: their figures in one table, and what differs word by word.

import { besideOneAnother } from "./spread.js";
import { compareTexts, likeness } from "./words.js";

/** A table of the figures, a column for each answer. @param {{name: string, stats: object | null}[]} answers */
export function figuresTable(answers, make) {
  const names = answers.map(({ name }) => make("th", { scope: "col" }, name));
  const rows = besideOneAnother(answers.map(({ stats }) => stats)).map(({ name, cells }) => make("tr", {},
    make("th", { scope: "row" }, name),
    ...cells.map(({ text, best }) => make("td", best ? { class: "best" } : {}, text, ...(best ? [make("small", {}, " best")] : [])))));
  return make("div", { class: "wide figures-beside", tabindex: "0", role: "group", "aria-label": "Figures side by side" },
    make("table", {}, make("thead", {}, make("tr", {}, make("td"), ...names)), make("tbody", {}, ...rows)));
}

/** What differs from the first answer to each of the others. @param {{name: string, text: string}[]} answers */
export function differences([first, ...others], make) {
  return others.map(({ name, text }) => {
    const parts = compareTexts(first.text, text);
    const title = `From ${first.name} to ${name}`;
    if (!parts) return make("details", { class: "difference" }, make("summary", {}, title), make("p", { class: "hint" }, "The two are too long to be compared word by word."));
    const isSame = first.text === text;
    const share = isSame ? "the same" : `${Math.round(100 * likeness(parts))} % of the words are the same`;
    return make("details", { class: "difference", ...(isSame ? {} : { open: "" }) }, make("summary", {}, title, make("small", {}, ` ${share}`)),
      make("div", { class: "diff", dir: "auto", tabindex: "0", role: "group", "aria-label": title }, ...markedWords(parts, make)));
  });
}

/** The words of both, what is gone and what is new marked. The blanks between words are neither. @param {{kind: string, text: string}[]} parts */
export function markedWords(parts, make) {
  return parts.flatMap(({ kind, text }) => {
    if (kind === "same") return [text];
    const word = text.trimStart();
    return [text.slice(0, text.length - word.length), make(kind === "gone" ? "del" : "ins", {}, word)];
  });
}
