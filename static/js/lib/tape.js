// What arrived, as it arrived: the pieces of the body with their times. Every view of an answer can be read from it.

const encoder = new TextEncoder();

export class Tape {
  /** @type {{at: number, text: string}[]} `at` in milliseconds since the run started */
  pieces = [];
  bytes = 0;
  ended = false;

  push(at, text) {
    this.pieces.push({ at, text });
    this.bytes += encoder.encode(text).length;
  }

  /** The whole body so far. */
  text() {
    return this.pieces.map((piece) => piece.text).join("");
  }
}
