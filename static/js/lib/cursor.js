// Where in a JSON text, finished or not, a position is: inside which values, and whether a name or a value belongs there.

const TOKEN = /"(?:[^"\\\n]|\\.)*(?:"|$|(?=\n))|[{}[\],:]|[^\s{}[\],:"]+/g;

/**
 * @typedef {{path: (string | number)[], expects: "name" | "value", from: number, to: number, taken: string[], hasColon: boolean}} Cursor
 *   `from` to `to` is what stands there already; `taken` are the names its object has
 */

/** @param {string} text @param {number} at @returns {Cursor | null} null where neither a name nor a value can stand */
export function cursorOf(text, at) {
  const frames = [];
  let found = null;
  let depth = 0; // of what comes after the position, below its own object
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    const end = index + token.length;
    if (!found && (end >= at || index >= at)) {
      const inside = index < at && !/^[{}[\],:]$/.test(token);
      found = here(frames, inside ? index : at, inside ? end : at, index < at && !inside ? token : null);
      if (!found) return null;
      if (!inside && index < at) continue;
      if (inside) {
        found.hasColon = /^\s*:/.test(text.slice(end));
        continue;
      }
    }
    if (!found) follow(frames, token);
    else if (/[{[]/.test(token)) depth += 1;
    else if (/[}\]]/.test(token)) {
      if (depth === 0) break;
      depth -= 1;
    } else if (depth === 0 && token[0] === '"' && /^\s*:/.test(text.slice(end))) found.taken.push(nameOf(token));
  }
  return found ?? here(frames, at, at, null);
}

function here(frames, from, to, last) {
  if (last) follow(frames, last);
  const frame = frames.at(-1);
  if (!frame || frame.expects === "nothing") return null;
  const path = frames.map(({ step }) => step);
  const expects = frame.isObject && frame.expects === "name" ? "name" : "value";
  return { path: expects === "name" ? path.slice(0, -1) : path, expects, from, to, taken: [...frame.names], hasColon: false };
}

function follow(frames, token) {
  const frame = frames.at(-1);
  if (token === "{" || token === "[") {
    frames.push({ isObject: token === "{", step: token === "{" ? "" : 0, expects: token === "{" ? "name" : "value", names: [] });
  } else if (token === "}" || token === "]") {
    frames.pop();
    if (frames.length) frames.at(-1).expects = "nothing";
  } else if (!frame) return;
  else if (token === ",") {
    if (!frame.isObject) frame.step += 1;
    frame.expects = frame.isObject ? "name" : "value";
  } else if (token === ":") frame.expects = "value";
  else if (frame.isObject && frame.expects === "name") {
    frame.step = nameOf(token);
    frame.names.push(frame.step);
    frame.expects = "nothing";
  } else frame.expects = "nothing";
}

function nameOf(token) {
  try {
    return JSON.parse(token);
  } catch {
    return token.replace(/^"|"$/g, "");
  }
}
