// Cuts a markdown text that comes in pieces into blocks that no later text can change: paragraphs, lists, fences, tables.

import { Lines } from "./lines.js";

// Longer than this a block is not waited for; what reads markdown is never handed more at once.
const LONGEST = 4_000;
const LONGEST_FENCE = 60_000;
const FENCE = /^ {0,3}(`{3,}|~{3,})([^`]*)$/;
const ITEM = /^ {0,3}(?:[-*+]|\d{1,9}[.)])(?:\s|$)/;
const HEADING = /^ {0,3}#{1,6}(?:\s|$)/;

/** @typedef {{text: string, isPlain: boolean}} Block  a plain one is no markdown: a line too long to be prose */

export class Blocks {
  #lines = new Lines();
  #open = [];
  #size = 0;
  #tail = "";
  #fence = null;
  #sawBlank = false;

  /** The blocks that `text` completes. @returns {Block[]} */
  push(text) {
    const lines = this.#lines.push(text);
    this.#tail = lines.length ? text.slice(text.lastIndexOf("\n") + 1) : this.#tail + text;
    const blocks = [];
    for (const line of lines) this.#line(line, blocks);
    return blocks;
  }

  /** What was not complete is, because nothing follows. @returns {Block[]} */
  end() {
    const blocks = [];
    for (const line of this.#lines.end()) this.#line(line, blocks);
    this.#tail = "";
    this.#close(blocks);
    return blocks;
  }

  /** What came and is in no block yet. */
  get rest() {
    return this.#open.map((line) => `${line}\n`).join("") + this.#tail;
  }

  #line(line, blocks) {
    if (this.#fence) return this.#fenceLine(line, blocks);
    if (line.length > LONGEST) {
      this.#close(blocks);
      blocks.push({ text: `${line}\n`, isPlain: true });
      return undefined;
    }
    if (!line.trim()) {
      this.#sawBlank = true;
      if (this.#open.length) this.#open.push(line);
      return undefined;
    }
    if (this.#beginsAnew(line)) this.#close(blocks);
    this.#sawBlank = false;
    this.#add(line);
    const fence = FENCE.exec(line);
    if (fence) this.#fence = { mark: fence[1], opener: line };
    else if (this.#open.length === 1 && HEADING.test(line)) this.#close(blocks);
    else if (this.#size > LONGEST) this.#close(blocks);
    return undefined;
  }

  // A blank line ends what came before, unless the line after it goes on with a list. A fence and a heading need no blank line.
  #beginsAnew(line) {
    if (!this.#open.length) return false;
    const inList = ITEM.test(this.#open[0]);
    if (this.#sawBlank) return !(inList && (ITEM.test(line) || /^\s/.test(line)));
    return !inList && (HEADING.test(line) || (FENCE.test(line) && !/^\s/.test(line)));
  }

  #fenceLine(line, blocks) {
    const { mark, opener } = this.#fence;
    const trimmed = line.trim();
    this.#add(line);
    if (trimmed.startsWith(mark) && [...trimmed].every((character) => character === mark[0])) {
      this.#fence = null;
      if (!ITEM.test(this.#open[0])) this.#close(blocks);
    } else if (this.#size > LONGEST_FENCE) {
      this.#add(mark);
      this.#close(blocks);
      this.#add(opener);
    }
  }

  #add(line) {
    this.#open.push(line);
    this.#size += line.length + 1;
  }

  #close(blocks) {
    const text = this.rest.slice(0, this.rest.length - this.#tail.length);
    if (text.trim()) blocks.push({ text, isPlain: false });
    this.#open = [];
    this.#size = 0;
    this.#sawBlank = false;
  }
}
