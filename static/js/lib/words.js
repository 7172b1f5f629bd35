// Two texts compared word by word: what stayed, what went, what is new.

// A table of one cell for each pair of words is made; longer texts are compared by their lines, and longest not at all.
const MOST_CELLS = 4_000_000;
const WORDS = /\s*[\p{L}\p{N}\p{M}_]+(?:['’.,-][\p{L}\p{N}\p{M}_]+)*|\s*[^\s\p{L}\p{N}\p{M}_]|\s+/gu;

/** @typedef {{kind: "same" | "gone" | "new", text: string}} Part */

/** The parts of `before` and `after` in reading order; null when both are too long and too different to be compared. @returns {Part[] | null} */
export function compareTexts(before, after) {
  if (before === after) return before ? [{ kind: "same", text: before }] : [];
  for (const cut of [wordsOf, linesOf]) {
    const parts = compare(cut(before), cut(after));
    if (parts) return joined(parts);
  }
  return null;
}

/** A text as words, each with the blanks before it; joined they are the text. */
export const wordsOf = (text) => text.match(WORDS) ?? [];
const linesOf = (text) => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

/** The share of the words of both texts that stayed, from 0 to 1. */
export function likeness(parts) {
  const size = (kinds) => parts.filter(({ kind }) => kinds.includes(kind)).reduce((sum, { text }) => sum + wordsOf(text).length, 0);
  const all = size(["gone", "new"]) + 2 * size(["same"]);
  return all ? (2 * size(["same"])) / all : 1;
}

function compare(before, after) {
  // Blanks differ at line ends and tell nothing: words are the same whatever stands before them.
  const [one, other] = [before.map(bare), after.map(bare)];
  let start = 0;
  while (start < one.length && start < other.length && one[start] === other[start]) start += 1;
  let end = 0;
  while (end < one.length - start && end < other.length - start && one.at(-1 - end) === other.at(-1 - end)) end += 1;
  const [n, m] = [one.length - start - end, other.length - start - end];
  if ((n + 1) * (m + 1) > MOST_CELLS) return null;
  const common = commonLengths(one, other, start, n, m);
  const parts = after.slice(0, start).map(same);
  let [i, j] = [0, 0];
  while (i < n || j < m) {
    if (i < n && j < m && one[start + i] === other[start + j]) {
      parts.push(same(after[start + j]));
      i += 1;
      j += 1;
    } else if (j === m || (i < n && common[(i + 1) * (m + 1) + j] >= common[i * (m + 1) + j + 1])) {
      parts.push({ kind: "gone", text: before[start + i++] });
    } else {
      parts.push({ kind: "new", text: after[start + j++] });
    }
  }
  return [...parts, ...after.slice(after.length - end).map(same)];
}

const bare = (word) => word.trimStart() || " ";
const same = (text) => ({ kind: "same", text });

/** In cell (i, j) the length of the longest common sequence of the two rests. */
function commonLengths(one, other, start, n, m) {
  const common = new Uint16Array((n + 1) * (m + 1));
  for (let i = n - 1; i >= 0; i -= 1) {
    for (let j = m - 1; j >= 0; j -= 1) {
      const at = i * (m + 1) + j;
      common[at] = one[start + i] === other[start + j] ? common[at + m + 2] + 1 : Math.max(common[at + m + 1], common[at + 1]);
    }
  }
  return common;
}

/** Neighbours of one kind become one part. */
function joined(parts) {
  const found = [];
  for (const { kind, text } of parts) {
    if (found.at(-1)?.kind === kind) found.at(-1).text += text;
    else found.push({ kind, text });
  }
  return found;
}
