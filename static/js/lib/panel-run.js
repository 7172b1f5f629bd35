// The run of a panel: sent, followed to its end, picked up after a reload, or read again from where it is kept. One at a time is shown.

import { requestText } from "./asking.js";
import { withStandIn } from "./stand-in.js";
import { IDLE, isLive, reduce, refused } from "./view.js";

export class PanelRun {
  #connection;
  #kept;
  #answer;
  #shown;
  #view = IDLE;
  #id = null;
  #turn = null; // whose frames are shown: those of an earlier run are read until another one begins

  /**
   * @param {import("./connection.js").Connection} connection
   * @param {import("./kept-run.js").KeptRun} kept
   * @param {object} answer shows it: it has `begin` and `take`, and is told `request`, `note` and `view`
   * @param {(view: object) => void} shown is told of every change of the view
   */
  constructor(connection, kept, answer, shown) {
    [this.#connection, this.#kept, this.#answer, this.#shown] = [connection, kept, answer, shown];
  }

  get isLive() {
    return isLive(this.#view);
  }

  /** @param {import("./written.js").Sendable} request whose body is JSON @param {object | null} source where in the docs it stands */
  async start(request, source) {
    this.#begin(request);
    this.#show({ ...IDLE, state: "sending" });
    const { prepared, note, error } = await withStandIn(request);
    if (error) return this.#show(refused(this.#view, error));
    if (this.#view.state !== "sending") return;
    this.#answer.request = prepared;
    this.#answer.note = note;
    const ref = crypto.randomUUID();
    const text = `{"type":"start","ref":"${ref}","request":${requestText(prepared)},"source":${JSON.stringify(source)}}`;
    const kept = { ref, text, note, request: prepared };
    this.#kept.keep(kept);
    this.#connection.start(ref, text, this.#watcher(kept));
  }

  /** A request that cannot be sent, and why. */
  refuse(request, error) {
    this.#begin(request);
    this.#show(refused(this.#view, error));
  }

  stop() {
    if (this.#id) this.#connection.cancel(this.#id);
    this.#show({ ...this.#view, state: this.#id ? "stopping" : "cancelled" });
  }

  /** After a reload the run goes on at the server, so the panel goes on with the run. @param {import("./kept-run.js").Kept} kept */
  resume(kept) {
    this.#begin(kept.request);
    this.#answer.note = kept.note ?? "";
    this.#id = kept.run ?? null;
    if (kept.run) this.#connection.attach(kept.run, 0, this.#watcher(kept));
    else this.#connection.start(kept.ref, kept.text, this.#watcher(kept));
  }

  /** A run there was, as it is told of at `address`. @param {(request: object) => void} found is told its request */
  async showEarlier(address, asked, found) {
    const { readFacts, readFrames, requestOf, whenText } = await import("./earlier.js");
    let turn = this.#begin(asked);
    try {
      const facts = await readFacts(address);
      if (this.#turn !== turn) return;
      const request = requestOf(facts);
      if (facts.body) found(request);
      turn = this.#begin(request);
      if (address.startsWith("/runs/")) this.#id = facts.id;
      this.#answer.note = `The run of ${whenText(facts.created)}. Run sends its request anew.`;
      for await (const frame of readFrames(address)) {
        if (this.#turn !== turn) return;
        this.#take(frame);
      }
    } catch (error) {
      if (this.#turn === turn) this.#show(refused(IDLE, { message: "The earlier run could not be read.", ...error }));
    }
  }

  #watcher(kept) {
    return {
      accepted: (run, leftOut) => {
        this.#id = run;
        const note = [kept.note, leftOut].filter(Boolean).join(" ");
        if (leftOut) this.#answer.note = note;
        this.#kept.keep({ ...kept, note, text: undefined, run });
        if (this.#view.state === "cancelled") this.#connection.cancel(run);
      },
      frame: (frame) => this.#take(frame),
      // A server that crashed may know less of the run than this page has seen; what it kept is what there is.
      anew: () => {
        const id = this.#id;
        this.#begin(kept.request);
        this.#answer.note = kept.note ?? "";
        this.#id = id;
      },
      refused: (error) => {
        this.#kept.forget();
        const isGone = error.code === "no_such_run";
        this.#show(refused(this.#view, isGone ? { ...error, message: "The earlier answer is no longer on the server.", hint: "Run it again." } : error));
      },
      link: (connected, via) => this.#show({ ...this.#view, connected, via }),
    };
  }

  #begin(request) {
    this.#view = IDLE;
    this.#id = null;
    this.#answer.begin(request);
    return (this.#turn = {});
  }

  #take(frame) {
    this.#answer.take(frame);
    this.#show(reduce(this.#view, frame));
  }

  #show(view) {
    this.#view = view;
    this.#answer.view = view;
    this.#shown(view);
  }
}
