// One answer while it comes: what every view of it reads from.

import { readerFor } from "./answer.js";
import { askedOf } from "./asked.js";
import { Tape } from "./tape.js";
import { reduceThought } from "./thought.js";
import { IDLE, isLive } from "./view.js";

export class Answering {
  tape = new Tape();
  thought = null;
  view = IDLE;
  #said = [];
  #noted = false;

  /** @param {import("./asked.js").Request & {streamed: boolean, startedAt: number}} request */
  constructor(request) {
    this.request = request;
    this.reader = readerFor(request.path, request.streamed);
  }

  get request() {
    return this.sent;
  }

  // The model may be replaced by one that is here before the request goes out.
  set request(request) {
    this.sent = request;
    this.asked = { ...askedOf(request), streamed: request.streamed };
  }

  /** Take a `data` or `end` frame. @returns {import("./answer.js").Piece[]} what it brings to read */
  take(frame) {
    if (frame.type !== "data" && frame.type !== "end") return [];
    const at = frame.at ?? this.tape.pieces.at(-1)?.at ?? 0;
    if (frame.type === "data") this.tape.push(at, frame.text);
    const pieces = frame.type === "data" ? this.reader.push(frame.text) : this.reader.end();
    if (frame.type === "end") this.tape.ended = true;
    this.thought = reduceThought(this.thought, pieces, at);
    for (const { kind, text } of pieces) {
      if (kind === "text") this.#said.push(text);
      if (kind === "note") this.#noted = true;
    }
    return pieces;
  }

  get live() {
    return isLive(this.view);
  }

  /** The answer's text so far. */
  get text() {
    if (this.#said.length > 1) this.#said = [this.#said.join("")];
    return this.#said[0] ?? "";
  }

  /** What there is, for choosing the views. */
  get have() {
    return {
      text: this.#said.length > 0, note: this.#noted, calls: this.reader.calls.list.length > 0,
      document: this.reader.document !== null, bytes: this.tape.bytes > 0, live: this.live, status: this.view.status,
    };
  }
}
