// Where a reader is in a book, as a value: the chapter open last, and which chapters have been read to their end.

const END = 0.98;

export function furthest(saved, place) {
  const finished = new Set(saved.finished ?? []);
  if (place.share >= END) finished.add(place.url);
  return { ...place, finished: [...finished] };
}

export function isFinished(saved, url) {
  return (saved.finished ?? []).includes(url);
}

/**
 * Where to read on: the chapter open last, or, once it is read, the next that is not.
 * @param {string[]} chapters their addresses in order
 * @returns {string | undefined} undefined when nothing was begun, or all is read
 */
export function readOn(saved, chapters) {
  if (!saved.url || !isFinished(saved, saved.url)) return saved.url;
  const at = chapters.indexOf(saved.url);
  return [...chapters.slice(at + 1), ...chapters.slice(0, at + 1)].find((url) => !isFinished(saved, url));
}
