// How long a model thought, from the arrival of its first thought to that of its first word.

/** @typedef {{from: number, to: number, over: boolean} | null} Thought  times in milliseconds since the run started */

/** The thought after pieces of these kinds came at `at`. @returns {Thought} */
export function reduceThought(thought, pieces, at) {
  let next = thought;
  for (const { kind } of pieces) {
    if (kind === "thinking") next = { from: next?.from ?? at, to: at, over: false };
    else if (next && !next.over) next = { ...next, to: at, over: true };
  }
  return next;
}

/** What the fold says: that it is thinking, and how long it has or had. `live` while more may come. */
export function thoughtText(thought, live) {
  const span = thought ? thought.to - thought.from : 0;
  const time = span < 50 ? "" : `${(span / 1000).toFixed(1)} s`;
  if (live && !thought?.over) return time ? `Thinking for ${time}` : "Thinking";
  return time ? `Thought for ${time}` : "Thought";
}
