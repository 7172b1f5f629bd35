// Where the time of a run went: its stretches from the start to the last byte, and where the stream stood still.

import { timeText } from "./units.js";

const SHORTEST_STALL = 400;
const MOST_LOOKED_AT = 50_000;

/**
 * @typedef {{kind: "queued" | "connecting" | "loading" | "prompt" | "waiting" | "stream" | "stall", from: number, to: number}} Stretch
 * Times in milliseconds since the run started. Stalls lie within the stream and come after it.
 */

/** @returns {Stretch[]} those that last */
export function stretchesOf({ marks, firstAt, lastAt, stats }, pieces, promptMs = null) {
  const before = marks.filter((mark) => mark.at !== undefined && mark.state !== "streaming");
  const end = firstAt ?? Math.max(stats?.duration_ms ?? 0, before.at(-1)?.at ?? 0);
  const stretches = before.map(({ state, at }, number) => ({ kind: state, from: at, to: before[number + 1]?.at ?? end }));
  splitWait(stretches, "loading", stats?.load_ms);
  splitWait(stretches, "prompt", promptMs);
  if (firstAt !== null) stretches.push({ kind: "stream", from: firstAt, to: lastAt }, ...stallsOf(pieces));
  return stretches.filter(({ from, to }) => to > from);
}

// Ollama tells how long it took to load the model and then to read the prompt; they are the beginning of the wait.
function splitWait(stretches, kind, ms) {
  const last = stretches.at(-1);
  if (last?.kind !== "waiting" || !(ms > 1) || ms > last.to - last.from) return;
  stretches.splice(-1, 1, { kind, from: last.from, to: last.from + ms }, { ...last, from: last.from + ms });
}

/** The gaps in a stream that stand out against its usual pace. @returns {Stretch[]} */
export function stallsOf(pieces) {
  if (pieces.length > MOST_LOOKED_AT) return [];
  const gaps = pieces.slice(1).map(({ at }, before) => at - pieces[before].at);
  const usual = gaps.toSorted((one, other) => one - other)[gaps.length >> 1] ?? 0;
  const longest = Math.max(SHORTEST_STALL, 6 * usual);
  return gaps.flatMap((gap, before) => (gap > longest ? [{ kind: "stall", from: pieces[before].at, to: pieces[before + 1].at }] : []));
}

const NAMES = { queued: "in the queue", connecting: "connecting", loading: "loading the model", prompt: "reading the prompt", waiting: "waiting for the first byte", stream: "streaming", stall: "standing still" };

/** Each kind of stretch with its name and the time all of its kind took. @returns {{kind: string, text: string}[]} */
export function legendOf(stretches) {
  const kinds = [...new Set(stretches.map(({ kind }) => kind))];
  return kinds.map((kind) => {
    const own = stretches.filter((stretch) => stretch.kind === kind);
    const time = timeText(own.reduce((sum, { from, to }) => sum + to - from, 0));
    const by = kind === "loading" || kind === "prompt" ? " (Ollama)" : "";
    return { kind, text: `${NAMES[kind] ?? kind} ${time}${kind === "stall" ? `, ${own.length === 1 ? "once" : `${own.length} times`}` : ""}${by}` };
  });
}
