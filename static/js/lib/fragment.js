// The name that the fragment of an address gives; as it stands where that is no percent encoding, as browsers take it too.
export function nameIn(hash) {
  const fragment = hash.slice(1);
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}
