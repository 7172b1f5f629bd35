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
