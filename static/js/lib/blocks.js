// Cuts a markdown text that comes in pieces into blocks that no later text can change: paragraphs, lists, fences, tables.

// Longer than this a block is not waited for; what reads markdown is never handed more at once.
const LONGEST = 4_000;
const LONGEST_FENCE = 60_000;
const FENCE = /^ {0,3}(`{3,}|~{3,})([^`]*)$/;
const ITEM = /^ {0,3}(?:[-*+]|\d{1,9}[.)])(?:\s|$)/;
const HEADING = /^ {0,3}#{1,6}(?:\s|$)/;

/** @typedef {{text: string, isPlain: boolean}} Block  a plain one is no markdown: a line too long to be prose, or a piece of one */

export class Blocks {
  #open = [];
  #size = 0;
  #tail = "";
  #isLong = false; // the line that is open is too long to be prose, and what came of it was handed on
  #fence = null;
  #sawBlank = false;

  /** The blocks that `text` completes. @returns {Block[]} */
  push(text) {
    const blocks = [];
    const end = text.lastIndexOf("\n");
    if (end < 0) this.#tail += text;
    else {
      const lines = (this.#tail + text.slice(0, end)).split("\n");
      this.#tail = text.slice(end + 1);
      for (const line of lines) this.#line(line, blocks);
    }
    if (this.#isLong || this.#tail.length > (this.#fence ? LONGEST_FENCE : LONGEST)) this.#handOn(blocks);
    return blocks;
  }

  /** What was not complete is, because nothing follows. @returns {Block[]} */
  end() {
    const blocks = [];
    if (this.#tail && !this.#isLong) {
      const line = this.#tail;
      this.#tail = "";
      this.#line(line, blocks);
    }
    this.#close(blocks);
    return blocks;
  }

  /** What came and is in no block yet. */
  get rest() {
    return this.#open.map((line) => `${line}\n`).join("") + this.#tail;
  }

  // Its end is not waited for: by then it would be too much to lay out at once.
  #handOn(blocks) {
    if (!this.#isLong) this.#closeBefore(blocks);
    this.#isLong = true;
    if (this.#tail) blocks.push({ text: this.#tail, isPlain: true });
    this.#tail = "";
  }

  #closeBefore(blocks) {
    const isOpener = this.#fence && this.#open.length === 1; // with nothing in it yet
    if (isOpener) this.#open = [];
    else if (this.#fence) this.#add(this.#fence.mark);
    this.#close(blocks);
  }

  #line(line, blocks) {
    if (this.#isLong) {
      this.#isLong = false;
      blocks.push({ text: `${line}\n`, isPlain: true });
      if (this.#fence) this.#add(this.#fence.opener);
      return undefined;
    }
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
    const text = this.#open.map((line) => `${line}\n`).join("");
    if (text.trim()) blocks.push({ text, isPlain: false });
    this.#open = [];
    this.#size = 0;
    this.#sawBlank = false;
  }
}
