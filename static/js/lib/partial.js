// What a JSON text that is still coming holds so far, which of its lists and objects are still open, and where it has got to.

import { step } from "./schema.js";

const TOKEN = /\s+|"(?:[^"\\]|\\[^])*("?)|[{}[\],:]|[^\s{}[\],:"]+/g;

/**
 * @returns {{value: unknown, open: Set<object>, path: string} | null} `path` leads to what was being written; null while nothing of it
 * is complete, and when it is no JSON
 */
export function partialOf(text) {
  const stack = []; // of "{" and "["
  let safe = 0;
  let isKey = false;
  let name = ""; // of the member that is being written
  for (const match of text.matchAll(TOKEN)) {
    const [token, quote] = match;
    const end = match.index + token.length;
    if (/^\s/.test(token)) continue;
    if (token === "{" || token === "[") {
      stack.push(token);
      safe = end;
      isKey = token === "{";
      name = "";
    } else if (token === "}" || token === "]") {
      stack.pop();
      safe = end;
      name = "";
    } else if (token === ",") [isKey, name] = [stack.at(-1) === "{", ""];
    else if (token === ":") isKey = false;
    else if (isKey) name = token;
    // A number at the end may have more digits, a text without its quote more letters.
    else if (token[0] === '"' ? quote : end < text.length) [safe, name] = [end, ""];
  }
  return completed(text.slice(0, safe), stack, nameOf(name));
}

// A name is whole when its quote is there.
function nameOf(token) {
  try {
    return JSON.parse(token);
  } catch {
    return null;
  }
}

function completed(text, stack, name) {
  try {
    const value = JSON.parse(text + [...stack].reverse().map((mark) => (mark === "{" ? "}" : "]")).join(""));
    const open = new Set();
    let path = "";
    for (let part = value, depth = 0; depth < stack.length && part !== null && typeof part === "object"; depth += 1) {
      open.add(part);
      const last = Object.keys(part).at(-1);
      if (depth + 1 < stack.length && last !== undefined) path = Array.isArray(part) ? `${path}[${last}]` : step(path, last);
      part = part[last];
    }
    return { value, open, path: typeof name === "string" ? step(path, name) : path };
  } catch {
    return null;
  }
}
