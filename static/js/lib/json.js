// Where a text stops being JSON, the same in every browser: line, column, and what was expected there.

/** @returns {{line: number, column: number, message: string} | null} null when `text` is JSON */
export function findFault(text) {
  const scanner = new Scanner(text);
  try {
    scanner.value(0);
    scanner.end();
    return null;
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    const before = text.slice(0, fault.at);
    const line = before.split("\n").length;
    return { line, column: fault.at - before.lastIndexOf("\n"), message: fault.message };
  }
}

/**
 * Where the value of a member of the outermost object stands in `text`, which must be JSON: [start, end] of its source.
 * @returns {[number, number] | null} null when there is no such member
 */
export function spanOf(text, name) {
  const scanner = new Scanner(text);
  scanner.match(SPACE);
  if (text[scanner.at] !== "{") return null;
  let found = null;
  scanner.list("}", "", () => {
    scanner.match(SPACE);
    const start = scanner.at;
    scanner.member(0, (nameEnd, from) => {
      if (JSON.parse(text.slice(start, nameEnd)) === name) found = [from, scanner.at];
    });
  });
  return found;
}

/**
 * Where the value stands that `steps` lead to, name by name and index by index, in `text`, which must be JSON.
 * @returns {[number, number] | null} null when there is no such place
 */
export function spanAt(text, steps) {
  let [start, end] = [0, text.length];
  for (const step of steps) {
    const inside = text.slice(start, end);
    const found = typeof step === "number" ? spanOfItem(inside, step) : spanOf(inside, step);
    if (!found) return null;
    [start, end] = [start + found[0], start + found[1]];
  }
  return [start, end];
}

function spanOfItem(text, index) {
  const scanner = new Scanner(text);
  scanner.match(SPACE);
  if (text[scanner.at] !== "[") return null;
  let found = null;
  let count = 0;
  scanner.list("]", "", () => {
    scanner.match(SPACE);
    const from = scanner.at;
    scanner.value(0);
    if (count++ === index) found = [from, scanner.at];
  });
  return found;
}

/**
 * Where the items of the list that begins at `from` stand in `text`, which must be JSON: the [start, end] of each.
 * @returns {[number, number][] | null} null when no list begins there
 */
export function itemsOf(text, from) {
  const scanner = new Scanner(text);
  scanner.at = from;
  scanner.match(SPACE);
  if (text[scanner.at] !== "[") return null;
  const found = [];
  scanner.list("]", "", () => {
    scanner.match(SPACE);
    const start = scanner.at;
    scanner.value(0);
    found.push([start, scanner.at]);
  });
  return found;
}

export class Fault extends Error {
  constructor(at, message) {
    super(message);
    this.at = at;
  }
}

const DEEPEST = 500;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
export const SPACE = /[ \t\n\r]*/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y;

/** Reads JSON without making anything of it; who extends it may note where each value stands. */
export class Scanner {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  value(depth) {
    if (depth > DEEPEST) throw new Fault(this.at, "the JSON is nested too deep");
    this.match(SPACE);
    const next = this.text[this.at];
    if (next === "{") this.list("}", "“,” or “}”", () => this.member(depth));
    else if (next === "[") this.list("]", "“,” or “]”", () => this.value(depth + 1));
    else if (next === '"') this.string();
    else if (!this.word() && !this.match(NUMBER)) throw this.expected("a value");
  }

  member(depth, seen = null) {
    this.match(SPACE);
    if (this.text[this.at] !== '"') throw this.expected("a name in double quotes");
    this.string();
    const nameEnd = this.at;
    this.match(SPACE);
    if (this.text[this.at] !== ":") throw this.expected("“:” after the name");
    this.at += 1;
    this.match(SPACE);
    const from = this.at;
    this.value(depth + 1);
    seen?.(nameEnd, from);
  }

  list(close, what, item) {
    this.at += 1;
    this.match(SPACE);
    if (this.text[this.at] === close) {
      this.at += 1;
      return;
    }
    for (;;) {
      item();
      this.match(SPACE);
      const next = this.text[this.at];
      if (next !== "," && next !== close) throw this.expected(what);
      this.at += 1;
      if (next === close) return;
    }
  }

  string() {
    this.match(STRING);
    const next = this.text[this.at];
    if (next === "\\") throw new Fault(this.at, "no such escape as this one");
    if (next !== '"') throw this.expected("the closing “\"” of the text");
    this.at += 1;
  }

  word() {
    const word = ["true", "false", "null"].find((known) => this.text.startsWith(known, this.at));
    if (word) this.at += word.length;
    return Boolean(word);
  }

  end() {
    this.match(SPACE);
    if (this.at < this.text.length) throw this.expected("nothing more");
  }

  match(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found) this.at = pattern.lastIndex;
    return found !== null && found[0] !== "";
  }

  expected(what) {
    const found = this.at < this.text.length ? `“${[...this.text.slice(this.at, this.at + 2)][0]}”` : "the end";
    return new Fault(this.at, `${what} was expected, ${found} found`);
  }
}
