// The plain HTTP doors behind the face of a websocket, for pages whose proxy lets none through.

// A stream that brings nothing for this long is compared with the log: something in between may hold it back.
const SILENCE = 4_000;
const WAIT = 20;
const LATE = Symbol("late");

export class HttpSocket {
  readyState = 0;
  /** How frames come: "events" (server-sent), or "polling" where a proxy holds event streams back. */
  via = "events";
  #silence;
  #token = "";
  #following = new Map(); // run -> AbortController

  /** `silence`: how many milliseconds a stream may be silent before it is compared with the log. */
  constructor({ silence = SILENCE } = {}) {
    this.#silence = silence;
    setTimeout(() => this.#open()); // once whoever made it listens
  }

  async #open() {
    try {
      const answer = await fetch("/runs/token", { cache: "no-store" });
      this.#token = (await answer.json()).token;
    } catch {
      return this.close();
    }
    if (this.readyState !== 0) return;
    this.readyState = 1;
    this.onopen();
  }

  /** Takes the messages of the websocket. A `start` goes out as it was written: parsing it would round its large numbers. */
  send(text) {
    const { type, ref, run, after } = JSON.parse(text);
    if (type === "start") this.#start(ref, text);
    else if (type === "attach") this.#follow(run, after);
    else if (type === "detach") this.#leave(run);
    else if (type === "cancel") this.#post(`/runs/${run}/cancel`).catch(() => this.close());
    else if (type === "ping") this.#hear({ type: "pong" });
  }

  close() {
    if (this.readyState === 3) return;
    this.readyState = 3;
    for (const run of [...this.#following.keys()]) this.#leave(run);
    this.onclose();
  }

  async #start(ref, text) {
    try {
      const answer = await this.#post("/runs/", text);
      if (!answer.ok) return await this.#refuse({ ref }, answer);
      const { run, note } = await answer.json();
      this.#hear({ type: "accepted", ref, run, note });
      this.#follow(run, 0);
    } catch {
      this.close();
    }
  }

  #post(address, body) {
    const headers = { "Content-Type": "application/json", "X-CSRFToken": this.#token };
    return fetch(address, { method: "POST", headers, body });
  }

  async #follow(run, after) {
    this.#leave(run);
    const leaving = new AbortController();
    this.#following.set(run, leaving);
    const place = { run, after, ended: false, signal: leaving.signal };
    try {
      if (this.via === "events") await this.#listen(place);
      while (!place.ended) await this.#poll(place, WAIT);
    } catch {
      if (!leaving.signal.aborted) this.close();
    }
  }

  #leave(run) {
    this.#following.get(run)?.abort();
    this.#following.delete(run);
  }

  // Until the run's end, or until the stream turns out to be held back.
  async #listen(place) {
    const stream = await this.#unlessHeldBack(place, fetch(`/runs/${place.run}/events?after=${place.after}`, { signal: place.signal }));
    if (!stream) return;
    if (stream.status === 204) return this.#endedElsewhere(place);
    if (!stream.ok) return this.#refuse(place, stream);
    const reader = stream.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const part = await this.#unlessHeldBack(place, reader.read());
      if (!part) return void reader.cancel();
      if (part.done) break;
      const blocks = (rest + part.value).split("\n\n");
      rest = blocks.pop();
      for (const block of blocks) this.#take(place, block);
    }
    if (!place.ended) throw new Error("the stream was cut");
  }

  // What `promise` gives, however long that takes; nothing when the log turns out to have frames that the stream did not bring.
  async #unlessHeldBack(place, promise) {
    for (;;) {
      const given = await this.#inTime(promise);
      if (given !== LATE) return given;
      const before = place.after;
      await this.#poll(place);
      if (place.after === before) continue;
      promise.catch(() => {}); // it is given up, so its end is nobody's fault
      this.via = "polling";
      this.onvia?.();
      return undefined;
    }
  }

  async #inTime(promise) {
    let timer;
    const late = new Promise((given) => (timer = setTimeout(given, this.#silence, LATE)));
    try {
      return await Promise.race([promise, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  #take(place, block) {
    const data = block.split("\n").find((line) => line.startsWith("data: "));
    if (data) this.#frame(place, data.slice(6));
  }

  async #poll(place, wait = 0) {
    const answer = await fetch(`/runs/${place.run}/log?after=${place.after}&wait=${wait}`, { signal: place.signal });
    if (!answer.ok) return this.#refuse(place, answer);
    const { frames, ended } = await answer.json();
    for (const frame of frames) this.#frame(place, JSON.stringify(frame));
    if (ended && frames.length === 0) this.#endedElsewhere(place);
  }

  // The run has ended at or before the frame that was seen last, and its end was not seen: the server knows less of it.
  #endedElsewhere(place) {
    if (place.ended || place.signal.aborted) return;
    place.ended = true;
    this.#hear({ type: "error", run: place.run, code: "bad_after" });
  }

  #frame(place, text) {
    if (place.signal.aborted) return;
    const { seq, type } = JSON.parse(text);
    place.after = seq;
    place.ended = type === "end";
    this.onmessage({ data: text });
  }

  // An error that is not one of the portal's own is some proxy's: then this way is as shut as the other.
  async #refuse(about, answer) {
    const { error } = await answer.json();
    about.ended = true;
    const { ref, run } = about;
    this.#hear({ type: "error", ...(ref ? { ref } : { run }), ...error });
  }

  #hear(message) {
    if (this.readyState === 1) this.onmessage({ data: JSON.stringify(message) });
  }
}
