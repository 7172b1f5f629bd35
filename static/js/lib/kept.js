// What this browser keeps for its reader. Where storage is switched off nothing is kept, and everything else works.

export function read(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

export function write(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // Then it holds for this page.
  }
}

// The list kept under `name`; empty when there is none, or something else is there.
export function readList(name) {
  try {
    const list = JSON.parse(read(name));
    return Array.isArray(list) ? list : [];
  } catch {
    return [];
  }
}
