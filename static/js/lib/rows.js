// A long list of rows of one height, of which only those in sight are laid out.

const BEYOND = 6;

/** The rows to lay out: those in sight, and a few on each side. @returns {{from: number, to: number}} */
export function rowsInSight(top, height, size, count) {
  const from = Math.max(0, Math.min(Math.floor(top / size), count) - BEYOND);
  return { from, to: Math.min(count, Math.ceil((top + height) / size) + BEYOND) };
}

/** Where to scroll, from `top`, so that row `at` is in sight; nowhere when it is. */
export const scrollTo = (at, top, height, size) => Math.max((at + 1) * size - height, Math.min(top, at * size));
