// What arrived, as it arrived: the pieces of the body with their times. Every view of an answer can be read from it.

const encoder = new TextEncoder();

// What comes at once is kept in pieces of at most this many characters, so that a view can read it a little at a time.
const LONGEST_PIECE = 16_384;

export class Tape {
  /** @type {{at: number, text: string}[]} `at` in milliseconds since the run started */
  pieces = [];
  bytes = 0;
  ended = false;

  push(at, text) {
    for (let from = 0; from < text.length; from += LONGEST_PIECE) this.pieces.push({ at, text: text.slice(from, from + LONGEST_PIECE) });
    this.bytes += encoder.encode(text).length;
  }

  /** The whole body so far. */
  text() {
    return this.pieces.map((piece) => piece.text).join("");
  }
}
