// What arrived, as it arrived: the pieces of the body with their times. Every view of an answer can be read from it.

const encoder = new TextEncoder();

// What comes at once is kept in pieces of at most this many characters, so that a view can read it a little at a time.
const LONGEST_PIECE = 16_384;

export class Tape {
  /** @type {{at: number, from: number, text: string}[]} `at` in milliseconds since the run started, `from` in characters since its start */
  pieces = [];
  bytes = 0;
  length = 0;
  ended = false;

  push(at, text) {
    for (let from = 0; from < text.length; from += LONGEST_PIECE) this.pieces.push({ at, from: this.length + from, text: text.slice(from, from + LONGEST_PIECE) });
    this.length += text.length;
    this.bytes += encoder.encode(text).length;
  }

  /** The whole body so far. */
  text() {
    return this.pieces.map((piece) => piece.text).join("");
  }

  /** The text from one place to another, in characters since the start. */
  slice(from, to) {
    let at = this.#pieceAt(from);
    if (at < 0) return "";
    const parts = [];
    for (; at < this.pieces.length && this.pieces[at].from < to; at += 1) {
      const piece = this.pieces[at];
      parts.push(piece.text.slice(Math.max(from - piece.from, 0), to - piece.from));
    }
    return parts.join("");
  }

  // The number of the last piece that starts at `place` or before.
  #pieceAt(place) {
    let [low, high] = [0, this.pieces.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.pieces[middle].from <= place) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
