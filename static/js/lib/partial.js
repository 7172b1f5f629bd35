// What a JSON text that is still coming holds so far, and which of its lists and objects are still open.

const TOKEN = /\s+|"(?:[^"\\]|\\[^])*("?)|[{}[\],:]|[^\s{}[\],:"]+/g;

/** @returns {{value: unknown, open: Set<object>} | null} null while nothing of it is complete, and when it is no JSON */
export function partialOf(text) {
  const stack = []; // of "{" and "["
  let safe = 0;
  let isKey = false;
  for (const match of text.matchAll(TOKEN)) {
    const [token, quote] = match;
    const end = match.index + token.length;
    if (/^\s/.test(token)) continue;
    if (token === "{" || token === "[") {
      stack.push(token);
      safe = end;
      isKey = token === "{";
    } else if (token === "}" || token === "]") {
      stack.pop();
      safe = end;
    } else if (token === ",") isKey = stack.at(-1) === "{";
    else if (token === ":") isKey = false;
    // A number at the end may have more digits, a text without its quote more letters.
    else if (!isKey && (token[0] === '"' ? quote : end < text.length)) safe = end;
  }
  return completed(text.slice(0, safe), stack);
}

function completed(text, stack) {
  try {
    const value = JSON.parse(text + [...stack].reverse().map((mark) => (mark === "{" ? "}" : "]")).join(""));
    const open = new Set();
    for (let part = value, depth = 0; depth < stack.length && part !== null && typeof part === "object"; depth += 1) {
      open.add(part);
      part = Object.values(part).at(-1);
    }
    return { value, open };
  } catch {
    return null;
  }
}
