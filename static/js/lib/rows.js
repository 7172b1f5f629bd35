// A long list of rows of one height, of which only those in sight are laid out.

const BEYOND = 6;
// Browsers lay nothing out below some 17 to 33 million pixels. A longer list is scrolled through faster than it moves.
const TALLEST = 8_000_000;

/** The height of the whole list, as the scroll bar has it. */
export const heightOf = (size, count) => Math.min(size * count, TALLEST);

/** The rows to lay out, those in sight and a few on each side, and where the first of them stands. @returns {{from: number, to: number, at: number}} */
export function rowsInSight(top, height, size, count) {
  const place = top * pace(height, size, count);
  const from = Math.max(0, Math.min(Math.floor(place / size), count) - BEYOND);
  return { from, to: Math.min(count, Math.ceil((place + height) / size) + BEYOND), at: from * size - place + top };
}

/** Where to scroll, from `top`, so that row `at` is in sight; nowhere when it is. */
export function scrollTo(at, top, height, size, count) {
  const by = pace(height, size, count);
  return Math.max((at + 1) * size - height, Math.min(top * by, at * size)) / by;
}

/** How many pixels of the list go by for one of the scroll bar. */
function pace(height, size, count) {
  const shown = heightOf(size, count);
  return size * count > shown ? (size * count - height) / (shown - height) : 1;
}
