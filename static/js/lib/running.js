// One run from its request to its end, for whoever shows it.

import { requestText } from "./asking.js";
import { IDLE, isLive, reduce, refused } from "./view.js";

/**
 * `changed(frame)` is told of every frame, and with none when the link or a refusal changed the view; `ended(view)` once.
 * `anew()` says that what was told is void and all frames follow once more: the server crashed and knows less of the run.
 */
export class Running {
  view = IDLE;
  id = null;
  #connection;
  #changed;
  #ended;
  #anew;

  constructor(connection, { changed, ended, anew }) {
    this.#connection = connection;
    this.#changed = changed;
    this.#ended = ended;
    this.#anew = anew;
  }

  start(request, source) {
    const ref = crypto.randomUUID();
    this.#turn({ ...IDLE, state: "sending" });
    const text = `{"type":"start","ref":"${ref}","request":${requestText(request)},"source":${JSON.stringify(source)}}`;
    this.#connection.start(ref, text, this.#watcher());
  }

  follow(id) {
    this.id = id;
    this.#turn({ ...IDLE, state: "sending" });
    this.#connection.attach(id, 0, this.#watcher());
  }

  get live() {
    return isLive(this.view);
  }

  stop() {
    if (!this.live) return;
    if (this.id) this.#connection.cancel(this.id);
    this.#turn({ ...this.view, state: this.id ? "stopping" : "cancelled" });
    if (!this.id) this.#ended(this.view);
  }

  #watcher() {
    return {
      accepted: (run) => {
        this.id = run;
        if (this.view.state === "cancelled") this.#connection.cancel(run);
      },
      frame: (frame) => {
        // Stopped before the server had taken it: what still comes of it is nobody's.
        if (this.view.state === "cancelled") return;
        this.#turn(reduce(this.view, frame), frame);
        if (frame.type === "end") this.#ended(this.view);
      },
      anew: () => {
        this.#anew();
        this.#turn({ ...IDLE, state: "sending" });
      },
      refused: (error) => {
        this.#turn(refused(this.view, error));
        this.#ended(this.view);
      },
      link: (connected, via) => this.#turn({ ...this.view, connected, via }),
    };
  }

  #turn(view, frame) {
    this.view = view;
    this.#changed(frame);
  }
}
