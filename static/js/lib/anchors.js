// Links to a part of a page that were written for a site which makes anchors another way.

// What GitHub makes of the number of `## 5. Economy`, which tables of contents leave out.
const NUMBER = /^\d+-/;

const letters = (anchor) => anchor.toLowerCase().replace(/^user-content-/, "").replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, "");

// The anchor that `fragment` means: the only one of the same letters and digits, else the only one of the same after its number.
export function meantBy(fragment, anchors) {
  const wanted = letters(fragment);
  if (!wanted) return undefined;
  const alike = anchors.filter((anchor) => letters(anchor) === wanted);
  const found = alike.length ? alike : anchors.filter((anchor) => letters(anchor.replace(NUMBER, "")) === wanted);
  return found.length === 1 ? found[0] : undefined;
}
