// A text that grows at its end, laid out in blocks, so that a piece more costs the layout of one block and not of all.

const BLOCK = 2_000;
const LONGEST_LINE = 12_000;

export class Flow {
  #holder;
  #make;
  #block = null;
  #size = 0;

  /** @param {Element} holder where the blocks go @param {() => Element} make makes an empty block */
  constructor(holder, make) {
    this.#holder = holder;
    this.#make = make;
  }

  append(text) {
    let from = 0;
    while (from < text.length) {
      if (!this.#block) this.#begin();
      const to = blockEnd(text, from, this.#size);
      const part = text.slice(from, to ?? text.length);
      this.#block.firstChild ? this.#block.firstChild.appendData(part) : this.#block.append(part);
      this.#size += part.length;
      from += part.length;
      if (to !== null) this.#block = null;
    }
  }

  #begin() {
    this.#block = this.#make();
    this.#size = 0;
    this.#holder.append(this.#block);
  }
}

/** Where the block that has `size` characters ends in `text`, read from `from`; null when it goes on. */
export function blockEnd(text, from, size) {
  const line = text.indexOf("\n", Math.max(from, from + BLOCK - size));
  const longest = from + LONGEST_LINE - size;
  if (line >= 0 && line < longest) return line + 1;
  if (text.length <= longest) return null;
  // A line without an end is broken where a blank is, or anywhere, as it would have to be on a narrow screen.
  const blank = text.lastIndexOf(" ", longest);
  return Math.max(blank > from ? blank + 1 : longest, from + 1);
}
