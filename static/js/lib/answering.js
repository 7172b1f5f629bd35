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
  /** What came to read, in pieces: what the model thought, what it said, what is no JSON. Only ever appended to. */
  parts = { thinking: [], text: [], note: [] };
  #next = 0;
  #over = false;
  #joined = { count: 0, text: "" };

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

  /** Take a `data` or `end` frame. It is only kept; `read` finds out what is in it. */
  take(frame) {
    if (frame.type === "data") this.tape.push(frame.at ?? this.#lastAt, frame.text);
    if (frame.type === "end") this.tape.ended = true;
  }

  /** Read what was taken since, until `isLate` says that it is enough for now. True when all of it was read. */
  read(isLate = () => false) {
    const { pieces } = this.tape;
    while (this.#next < pieces.length) {
      const { at, text } = pieces[this.#next++];
      this.#keep(this.reader.push(text), at);
      if (isLate()) return this.#next === pieces.length && !this.tape.ended;
    }
    if (this.tape.ended && !this.#over) {
      this.#over = true;
      this.#keep(this.reader.end(), this.#lastAt);
    }
    return true;
  }

  get #lastAt() {
    return this.tape.pieces.at(-1)?.at ?? 0;
  }

  #keep(pieces, at) {
    this.thought = reduceThought(this.thought, pieces, at);
    for (const { kind, text } of pieces) this.parts[kind].push(text);
  }

  get live() {
    return isLive(this.view);
  }

  /** Whether there is nothing more to read, now or later: a run can have ended while its last pieces are still unread. */
  get isOver() {
    return !this.live && this.#next === this.tape.pieces.length && (this.#over || !this.tape.ended);
  }

  /** Whether nothing went wrong: what there is to say of the end is a note. */
  get endsWell() {
    return this.view.state === "done" || this.view.state === "cancelled";
  }

  /** What of it could not be read, null when all could: of a record that broke off its end tells, and of an error's body its card. */
  get unread() {
    const { unread } = this.reader;
    const { status, state } = this.view;
    return unread && !(status >= 400) && (state === "done" || (unread.number && !unread.isLast)) ? unread : null;
  }

  /** Whether its end wants more words than that it is done. */
  get hasEnding() {
    const { state } = this.view;
    return !this.live && state !== "idle" && (state !== "done" || Boolean(this.request.isErrand) || this.reader.isCutShort || this.unread !== null);
  }

  /** The answer's text so far. */
  get text() {
    const { text } = this.parts;
    if (this.#joined.count < text.length) {
      this.#joined = { count: text.length, text: this.#joined.text + text.slice(this.#joined.count).join("") };
    }
    return this.#joined.text;
  }

  /** What there is, for choosing the views. */
  get have() {
    return {
      text: this.parts.text.length > 0, note: this.parts.note.length > 0, calls: this.reader.calls.list.length > 0,
      document: this.reader.document !== null, bytes: this.tape.bytes > 0, live: this.live, status: this.view.status,
    };
  }
}
