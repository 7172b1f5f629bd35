// The pages a reader was on, newest first, with how far they had read.

const MOST = 12;
const END = 0.97;

/** @typedef {{url: string, title: string, anchor: string, share: number}} Place  `share` of the text was passed, from 0 to 1 */

/** `list` with `place` as the newest; a page stands in it once. @param {Place[]} list @param {Place} place @returns {Place[]} */
export const noted = (list, place) => [place, ...list.filter((other) => other && other.url !== place.url)].slice(0, MOST);

/** Those to go on with: begun and not read to their end. @param {Place[]} list @returns {Place[]} */
export const unfinished = (list, most) => list.filter((place) => place && isOurs(place.url) && place.title && place.share < END).slice(0, most);

// What is kept in a browser may have been written by an older version, or by hand.
const isOurs = (url) => typeof url === "string" && /^\/(?!\/)/.test(url);

/** @param {Place} place @returns {string} */
export const hrefOf = ({ url, anchor }) => url + (anchor ? `#${encodeURIComponent(anchor)}` : "");
