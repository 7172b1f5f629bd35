// Which views an answer has: those that make sense for what was asked and what has come.

const LABELS = { text: "Text", tools: "Tools", data: "Data", events: "Events", raw: "Raw", figures: "Figures" };

/**
 * @param {import("./asked.js").Asked & {streamed: boolean}} asked
 * @param {{text: boolean, note: boolean, calls: boolean, document: boolean, bytes: boolean, live: boolean, status: number | null}} have
 * @returns {{id: string, label: string}[]} in the order of their tabs
 */
export function viewsOf(asked, have) {
  if (!have.live && !have.bytes) return [];
  const refused = have.status >= 400;
  const shown = {
    text: !refused && (asked.completes || have.text || have.note),
    tools: !refused && (asked.tools || have.calls),
    data: !refused && (Boolean(asked.format) || (!asked.completes && !have.note) || (have.document && !have.text && !have.calls)),
    events: asked.streamed && !refused,
    raw: true,
    figures: true,
  };
  return Object.keys(LABELS).filter((id) => shown[id]).map((id) => ({ id, label: LABELS[id] }));
}

/** The view to show: the one the reader chose, else the one that suits, among those that are `offered`. */
export function viewToShow(chosen, asked, have, offered) {
  const has = (id) => offered.some((view) => view.id === id);
  if (chosen && has(chosen)) return chosen;
  if (have.calls && !have.text && has("tools")) return "tools";
  if ((asked.format || !asked.completes || (!have.text && have.document)) && has("data")) return "data";
  return has("text") ? "text" : offered[0]?.id ?? null;
}

/** The tab a key leads to from the one at `at`, of `count`; null when the key is not about tabs. */
export function tabTo(key, at, count) {
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
  return step ? (at + step + count) % count : null;
}
