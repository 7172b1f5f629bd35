// The records of an answer one by one: lines of NDJSON, server-sent events, or the whole body as one.

// A list of more than this would fill the memory of the page with what nobody reads; Raw has all of it.
export const MOST_LISTED = 1_000_000;

/** How the answer of `path` is cut into records. */
export const framingOf = (path, streamed) => (!streamed ? "whole" : path.startsWith("/api/") ? "ndjson" : "sse");

/**
 * A record as it came.
 * @typedef {{at: number, gap: number, name: string, text: string}} Record
 * `at` is when its last piece came and `gap` how long after the record before, in milliseconds; `name` is the event's.
 */

// Of a record only its places on the tape are kept, as plain numbers: a million objects cost the page more to keep alive than to read.
export class Records {
  /** How many came after the last of the list. */
  beyond = 0;
  #tape;
  #framing;
  #next = 0;
  #lineFrom = 0;
  #eventFrom = 0;
  #holds = false; // whether the event that is open has anything in it
  #times = new Column();
  #starts = new Column();
  #ends = new Column();
  #ended = false;

  /** @param {import("./tape.js").Tape} tape */
  constructor(tape, framing) {
    this.#tape = tape;
    this.#framing = framing;
  }

  get length() {
    return this.#times.length;
  }

  /** @returns {Record} the one of this number, from 0 */
  at(number) {
    const [at, before] = [this.#times.get(number), this.#times.get(Math.max(number - 1, 0))];
    const text = this.#tape.slice(this.#starts.get(number), this.#ends.get(number));
    return { at, gap: at - before, ...(this.#framing === "sse" ? eventOf(text) : { name: "", text }) };
  }

  /** Read what the tape has got since, until `isLate` says that it is enough for now. True when all of it was read. */
  read(isLate = () => false) {
    const { pieces } = this.#tape;
    while (this.#next < pieces.length) {
      if (this.#framing !== "whole") this.#take(pieces[this.#next]);
      this.#next += 1;
      if (isLate()) return false;
    }
    if (this.#tape.ended && !this.#ended) this.#end();
    return true;
  }

  #take({ at, from, text }) {
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", end + 1)) this.#line(at, from + end, text[end - 1]);
  }

  #end() {
    this.#ended = true;
    const { pieces, length } = this.#tape;
    const at = pieces.at(-1)?.at ?? 0;
    if (this.#framing === "whole") return length && this.#add(at, 0, length);
    if (this.#lineFrom < length) this.#line(at, length);
    if (this.#framing === "sse") this.#closeEvent(at, length);
  }

  // A line that ends at `end`, with its `last` character; the next one begins behind its line feed.
  #line(at, end, last = this.#tape.slice(end - 1, end)) {
    const from = this.#lineFrom;
    this.#lineFrom = end + 1;
    const bare = end > from && last === "\r" ? end - 1 : end;
    if (this.#framing !== "sse") return bare > from && this.#add(at, from, bare);
    if (bare === from) return this.#closeEvent(at, from);
    this.#holds ||= !/^event:\s*$/.test(this.#tape.slice(from, Math.min(bare, from + 64)));
  }

  #closeEvent(at, end) {
    if (this.#holds) this.#add(at, this.#eventFrom, end);
    this.#eventFrom = this.#lineFrom;
    this.#holds = false;
  }

  #add(at, from, to) {
    if (this.length >= MOST_LISTED) {
      this.beyond += 1;
      return;
    }
    this.#times.push(at);
    this.#starts.push(from);
    this.#ends.push(to);
  }
}

/** The name and the data of a server-sent event, from its lines. What is no data but there, such as a comment, is shown too. */
function eventOf(lines) {
  let name = "";
  const data = [];
  for (const line of lines.split("\n").map((one) => (one.endsWith("\r") ? one.slice(0, -1) : one))) {
    if (line.startsWith("data:")) data.push(line.slice(line[5] === " " ? 6 : 5));
    else if (line.startsWith("event:")) name = line.slice(6).trim();
    else if (line) data.push(line);
  }
  return { name, text: data.join("\n") };
}

// Numbers in a row that grows.
class Column {
  length = 0;
  #numbers = new Float64Array(1024);

  push(number) {
    if (this.length === this.#numbers.length) {
      const wider = new Float64Array(2 * this.length);
      wider.set(this.#numbers);
      this.#numbers = wider;
    }
    this.#numbers[this.length++] = number;
  }

  get(at) {
    return this.#numbers[at];
  }
}

/** The numbers of the records that hold `words`, found as the list grows. */
export class Filtered {
  /** @type {number[]} */
  found = [];
  #next = 0;

  constructor(words) {
    this.words = words.toLowerCase();
  }

  /** Look at the records that were not looked at yet, until `isLate`. True when none is left. @param {Records} records */
  read(records, isLate = () => false) {
    while (this.#next < records.length) {
      if (!this.words || this.#isIn(records.at(this.#next))) this.found.push(this.#next);
      this.#next += 1;
      if (this.#next % 256 === 0 && isLate()) return this.#next === records.length;
    }
    return true;
  }

  #isIn({ name, text }) {
    return `${name}\n${text}`.toLowerCase().includes(this.words);
  }
}

/** A time of milliseconds as a column of times shows it. */
export const offsetText = (ms) => (ms < 10_000 ? `${ms.toFixed(1)} ms` : `${(ms / 1000).toFixed(3)} s`);

// What is the same in every record of a stream says nothing in a list of them.
const ALWAYS_THERE = /"(?:model|created_at|id|object|created|system_fingerprint|role)":\s*(?:"(?:[^"\\]|\\.)*"|\d+),\s*|"content":\s*"",\s*/g;

/** The beginning of a record for a line of a list: without what every record has. */
export const previewOf = (text, longest = 240) => text.slice(0, 2 * longest).replace(ALWAYS_THERE, "").slice(0, longest);
