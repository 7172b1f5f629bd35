// The records of an answer one by one: lines of NDJSON, server-sent events, or the whole body as one.

import { Lines } from "./lines.js";

// A list of more than this would fill the memory of the page with what nobody reads; Raw has all of it.
export const MOST_LISTED = 1_000_000;

/** How the answer of `path` is cut into records. */
export const framingOf = (path, streamed) => (!streamed ? "whole" : path.startsWith("/api/") ? "ndjson" : "sse");

/**
 * A record as it came.
 * @typedef {{at: number, gap: number, name: string, text: string}} Record
 * `at` is when its last piece came and `gap` how long after the record before, in milliseconds; `name` is the event's.
 */

export class Records {
  /** @type {Record[]} */
  list = [];
  /** How many came after the last of the list. */
  beyond = 0;
  #tape;
  #lines = new Lines();
  #next = 0;
  #framing;
  #whole = [];
  #event = { name: "", data: [] };
  #ended = false;

  /** @param {import("./tape.js").Tape} tape */
  constructor(tape, framing) {
    this.#tape = tape;
    this.#framing = framing;
  }

  /** Read what the tape has got since, until `isLate` says that it is enough for now. True when all of it was read. */
  read(isLate = () => false) {
    const { pieces } = this.#tape;
    while (this.#next < pieces.length) {
      const { at, text } = pieces[this.#next++];
      this.#take(at, text);
      if (isLate()) return false;
    }
    if (this.#tape.ended && !this.#ended) this.#end();
    return true;
  }

  #take(at, text) {
    if (this.#framing === "whole") this.#whole.push(text);
    else for (const line of this.#lines.push(text)) this.#line(at, line);
  }

  #end() {
    this.#ended = true;
    const at = this.#tape.pieces.at(-1)?.at ?? 0;
    if (this.#whole.length) this.#add(at, "", this.#whole.join(""));
    for (const line of this.#lines.end()) this.#line(at, line);
    if (this.#framing === "sse") this.#line(at, "");
  }

  #line(at, line) {
    const bare = line.endsWith("\r") ? line.slice(0, -1) : line;
    if (this.#framing === "sse") this.#eventLine(at, bare);
    else if (bare) this.#add(at, "", bare);
  }

  #eventLine(at, line) {
    const event = this.#event;
    if (line.startsWith("data:")) event.data.push(line.slice(line[5] === " " ? 6 : 5));
    else if (line.startsWith("event:")) event.name = line.slice(6).trim();
    else if (line) event.data.push(line);
    else if (event.data.length || event.name) {
      this.#add(at, event.name, event.data.join("\n"));
      this.#event = { name: "", data: [] };
    }
  }

  #add(at, name, text) {
    if (this.list.length >= MOST_LISTED) {
      this.beyond += 1;
      return;
    }
    const before = this.list.at(-1)?.at ?? at;
    this.list.push({ at, gap: at - before, name, text });
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

  /** Look at the records that were not looked at yet, until `isLate`. True when none is left. */
  read(list, isLate = () => false) {
    while (this.#next < list.length) {
      const { name, text } = list[this.#next];
      if (!this.words || `${name}\n${text}`.toLowerCase().includes(this.words)) this.found.push(this.#next);
      this.#next += 1;
      if (this.#next % 256 === 0 && isLate()) return this.#next === list.length;
    }
    return true;
  }
}

/** A time of milliseconds as a column of times shows it. */
export const offsetText = (ms) => (ms < 10_000 ? `${ms.toFixed(1)} ms` : `${(ms / 1000).toFixed(3)} s`);

// What is the same in every record of a stream says nothing in a list of them.
const ALWAYS_THERE = /"(?:model|created_at|id|object|created|system_fingerprint|role)":\s*(?:"(?:[^"\\]|\\.)*"|\d+),\s*|"content":\s*"",\s*/g;

/** The beginning of a record for a line of a list: without what every record has. */
export const previewOf = (text, longest = 240) => text.slice(0, 2 * longest).replace(ALWAYS_THERE, "").slice(0, longest);
