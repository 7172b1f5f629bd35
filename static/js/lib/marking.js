// Where the words of a search stand in a text.

const UNSPACED = /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]/u;
const WORD = "[\\p{L}\\p{N}\\p{M}]";
// A word of this length is marked with its endings too.
const LONG_ENOUGH = 4;
const MOST_WORDS = 12;
const MOST_PLACES = 2000;

// A pattern for the words of a query, or null when it has none. Nothing in a query is syntax.
export function patternOf(query) {
  const words = query.normalize("NFC").split(/\s+/).slice(0, MOST_WORDS).map(wordPattern).filter(Boolean);
  return words.length ? new RegExp(words.join("|"), "giu") : null;
}

function wordPattern(word) {
  const parts = word.slice(0, 80).match(new RegExp(`${WORD}+`, "gu"));
  if (!parts) return "";
  const [first, last] = [parts[0][0], parts.at(-1)];
  const before = UNSPACED.test(first) ? "" : `(?<!${WORD})`;
  const ending = last.length >= LONG_ENOUGH ? `${WORD}*` : "";
  const after = UNSPACED.test(last.at(-1)) ? "" : `${ending}(?!${WORD})`;
  return before + parts.join("[^\\p{L}\\p{N}\\p{M}\\n]{0,3}") + after;
}

// The places in `text`, as [start, end), in order.
export function placesOf(text, query) {
  const pattern = patternOf(query);
  const places = [];
  if (!pattern) return places;
  for (const match of text.matchAll(pattern)) {
    places.push([match.index, match.index + match[0].length]);
    if (places.length === MOST_PLACES) break;
  }
  return places;
}

// From places in a joined text to places in the pieces it was joined from: [piece, offset] for start and end.
export function inPieces(places, lengths) {
  const found = [];
  let piece = 0;
  let before = 0;
  for (const [start, end] of places) {
    while (start >= before + lengths[piece]) before += lengths[piece++];
    let [last, behind] = [piece, before];
    while (end > behind + lengths[last]) behind += lengths[last++];
    found.push([[piece, start - before], [last, end - behind]]);
  }
  return found;
}
