// The keys of the site: which there are, and which of them was pressed.

// `keys` are the ways to press it: "Mod" is ⌘ or Ctrl, a blank parts keys pressed one after the other. `name` is what the page does then;
// those that are handled where they work are `elsewhere`. By its name each can be switched off.
export const SHORTCUTS = [
  { name: "search", keys: ["/", "Mod+k"], does: "Search" },
  { name: "help", keys: ["?"], does: "Show these keys" },
  { name: "theme", keys: ["t"], does: "Change the theme" },
  { name: "previous", keys: ["[", "p"], does: "Go to the page before" },
  { name: "next", keys: ["]", "n"], does: "Go to the next page" },
  { name: "home", keys: ["g h"], does: "Go to the first page" },
  { name: "documents", keys: ["g d"], does: "Go to All Documents" },
  { name: "book", keys: ["g b"], does: "Go to the Book" },
  { name: "journal", keys: ["g j"], does: "Go to the Improvement Journal" },
  { name: "reference", keys: ["g r"], does: "Go to the API Reference" },
  { name: "run", keys: ["Mod+Enter"], does: "Run an example, in its request", elsewhere: true },
];

const PATIENCE = 1200; // ms between the keys of a sequence

const NAMES = new Map(SHORTCUTS.flatMap(({ name, keys, elsewhere }) => (elsewhere ? [] : keys.map((key) => [key, name]))));
const BEGINNINGS = new Set([...NAMES.keys()].filter((keys) => keys.includes(" ")).map((keys) => keys.split(" ")[0]));

// Tells what is meant, key by key. `press` takes { key, mod, alt, typing, at }: `mod` that ⌘ or Ctrl is held, `typing` that the key goes
// into a field, `at` the time in ms; it gives a shortcut's name, or null.
export class Keys {
  #begun = "";
  #since = -Infinity;

  press({ key, mod, alt, typing, at }) {
    const begun = at - this.#since <= PATIENCE ? this.#begun : "";
    this.#begun = "";
    if (alt || (typing && !mod)) return null;
    const pressed = mod ? `Mod+${key.toLowerCase()}` : key;
    const meant = NAMES.get(begun ? `${begun} ${pressed}` : pressed) ?? NAMES.get(pressed) ?? null;
    if (!meant && BEGINNINGS.has(pressed)) [this.#begun, this.#since] = [pressed, at];
    return meant;
  }
}
