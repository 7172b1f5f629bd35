// Mermaid copies all its settings, some 900, each time one of its parts asks for one: about half of the time it takes to read the text of a
// diagram, since it copies them property by property. This copies them by the object, as deep as mermaid does and with the same in the copy.

// How many objects lie one within another in a copy; what lies deeper is shared with the original.
const DEPTH = 2;

export function copySettings(settings, depth = DEPTH) {
  const copy = { ...settings };
  for (const [name, value] of Object.entries(copy)) {
    if (value === null) delete copy[name];
    else if (typeof value === "object") copy[name] = copyOf(value, depth - 1);
  }
  return copy;
}

function copyOf(value, depth) {
  if (Array.isArray(value)) return [...new Set(value)];
  return depth > 0 ? copySettings(value, depth) : { ...value };
}
