// JSON laid out for reading, also while it is not complete. Its tokens stay as they came, so no digit is lost.

const TOKEN = /"(?:[^"\\]|\\[^])*"?|[{}[\],:]|[^\s{}[\],:"]+/g;
const CLOSES = { "{": "}", "[": "]" };

/** @param {string} text JSON, or the beginning of some @param {number} limit most characters that are read */
export function pretty(text, limit = 200_000) {
  const parts = [];
  let depth = 0;
  let opened = null;
  const line = () => parts.push("\n", "  ".repeat(Math.min(depth, 100)));
  for (const [token] of text.slice(0, limit).matchAll(TOKEN)) {
    const closes = token === "}" || token === "]";
    if (closes) depth = Math.max(depth - 1, 0);
    if (closes && CLOSES[opened] !== token) line();
    else if (opened && !closes) line();
    opened = null;
    parts.push(token === ":" ? ": " : token);
    if (CLOSES[token]) {
      depth += 1;
      opened = token;
    } else if (token === ",") line();
  }
  return parts.join("");
}
