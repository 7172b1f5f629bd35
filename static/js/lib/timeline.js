// Where the time of a run went: its stretches from the start to the last byte, and where the stream stood still.

import { timeText } from "./units.js";

const SHORTEST_STALL = 400;
const MOST_LOOKED_AT = 50_000;

/**
 * @typedef {{kind: "queued" | "connecting" | "loading" | "prompt" | "waiting" | "stream" | "stall", from: number, to: number, isTold?: boolean}} Stretch
 * Times in milliseconds since the run started. Stalls lie within the stream and come after it. With
 * `isTold` it is Ollama that says how long it took.
 */

/** @returns {Stretch[]} those that last */
export function stretchesOf({ marks, firstAt, lastAt, stats }, pieces, promptMs = null) {
  const before = marks.filter((mark) => mark.at !== undefined && mark.state !== "streaming");
  const end = firstAt ?? Math.max(stats?.duration_ms ?? 0, before.at(-1)?.at ?? 0);
  const stretches = before.map(({ state, at }, number) => ({ kind: state, from: at, to: before[number + 1]?.at ?? end }));
  const isTold = splitWait(stretches, "loading", stats?.load_ms);
  // That the model was not in memory is known of any wire; where nobody says when it was, the whole wait is for it.
  if (before.at(-1)?.loading && !isTold) stretches.at(-1).kind = "loading";
  splitWait(stretches, "prompt", promptMs);
  if (firstAt !== null) stretches.push({ kind: "stream", from: firstAt, to: lastAt }, ...stallsOf(pieces));
  return stretches.filter(({ from, to }) => to > from);
}

// Ollama tells how long it took to load the model and then to read the prompt; they are the beginning of the wait.
function splitWait(stretches, kind, ms) {
  const last = stretches.at(-1);
  if (last?.kind !== "waiting" || !(ms > 1) || ms > last.to - last.from) return false;
  stretches.splice(-1, 1, { kind, from: last.from, to: last.from + ms, isTold: true }, { ...last, from: last.from + ms });
  return true;
}

/** The gaps in a stream that stand out against its usual pace. @returns {Stretch[]} */
export function stallsOf(pieces) {
  if (pieces.length > MOST_LOOKED_AT) return [];
  const gaps = pieces.slice(1).map(({ at }, before) => at - pieces[before].at);
  const usual = gaps.toSorted((one, other) => one - other)[(gaps.length - 1) >> 1] ?? 0;
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
    const by = own[0].isTold ? " (Ollama)" : "";
    const name = kind === "loading" && !by ? "loading the model, up to the first byte" : (NAMES[kind] ?? kind);
    return { kind, text: `${name} ${time}${kind === "stall" ? `, ${own.length === 1 ? "once" : `${own.length} times`}` : ""}${by}` };
  });
}
