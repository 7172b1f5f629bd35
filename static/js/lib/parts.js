// Reads a list of pieces of text that grows at its end, so many characters at a time.

export class Parts {
  #list;
  #next = 0;
  #within = 0;

  /** @param {string[]} list */
  constructor(list) {
    this.#list = list;
  }

  /** What comes next, of at most `most` characters; empty when all was read. */
  take(most) {
    const taken = [];
    let room = most;
    while (room > 0 && this.#next < this.#list.length) {
      const piece = this.#list[this.#next].slice(this.#within, this.#within + room);
      taken.push(piece);
      room -= piece.length;
      this.#within += piece.length;
      if (this.#within >= this.#list[this.#next].length) [this.#next, this.#within] = [this.#next + 1, 0];
    }
    return taken.join("");
  }

  get isOver() {
    return this.#next >= this.#list.length;
  }
}
