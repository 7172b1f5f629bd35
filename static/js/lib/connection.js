// One websocket for every run on the page: it reconnects by itself and picks each run up where it was. Where none gets through,
// every second try goes by plain HTTP.

const SLOWEST_RETRY = 15_000;
const FIRST_RETRY = 400;
const HEARTBEAT = 20_000;
// A socket that opens and then says nothing for this long is one a proxy took and never passed on.
const FIRST_WORD = 5_000;

/**
 * A run as its starter sees it.
 * @typedef {object} Watcher
 * @property {(run: string, note: string) => void} accepted   the server has the run, under this id; `note` says what it left out of the request
 * @property {(frame: object) => void} frame    a frame of its log, each exactly once and in order
 * @property {(error: {code: string, message: string}) => void} refused   the server will not do it; nothing follows
 * @property {(connected: boolean, via: string) => void} link   the socket was lost, or is there; `via` is "websocket",
 *   "events" or "polling"
 * @property {() => void} [anew]   the server knows less of the run than was seen (it crashed): what follows begins at frame 1
 */

const httpDoor = async () => new (await import("./http-socket.js")).HttpSocket();

export class Connection {
  #url;
  #Socket;
  #door;
  #socket = null;
  #failures = 0;
  #heartbeat = null;
  #firstWord = null;
  #retry = null;
  #heard = true;
  #starting = new Map(); // ref -> {text, watcher}
  #running = new Map(); // run -> {after, watcher, pings: how many had been sent when it was asked for, stops, missed}
  #pings = 0;
  #pongs = 0;

  /**
   * @param {string} url @param {typeof WebSocket} Socket
   * @param {() => Promise<object>} door   makes what stands in for a websocket; asked only when two have failed to open
   */
  constructor(url, Socket = globalThis.WebSocket, door = httpDoor) {
    this.#url = url;
    this.#Socket = Socket;
    this.#door = door;
  }

  /** Start a run. `text` is the whole `start` message; the same `ref` never starts a second run, however often it is sent. */
  start(ref, text, watcher) {
    this.#starting.set(ref, { text, watcher });
    this.#say(text);
  }

  /** Follow a run from the frame after `after`. */
  attach(run, after, watcher) {
    this.#running.set(run, { after, watcher, pings: this.#pings });
    this.#say(JSON.stringify({ type: "attach", run, after }));
  }

  /** Stop a run, as soon as the server can be told. */
  cancel(run) {
    const running = this.#running.get(run);
    if (running) running.stops = true;
    this.#say(JSON.stringify({ type: "cancel", run }));
  }

  #say(text) {
    // What is said while the socket is down is not queued: `#resume` says all that still matters once it is up.
    if (this.#socket?.readyState === 1) this.#socket.send(text);
    else this.#open();
  }

  #open() {
    if (this.#socket || this.#retry) return;
    if (this.#failures >= 2 && this.#failures % 2 === 0) this.#openDoor();
    else this.#use(new this.#Socket(this.#url));
  }

  async #openDoor() {
    const loading = { readyState: 0 };
    this.#socket = loading; // so that nothing else is opened meanwhile
    try {
      this.#use(await this.#door());
    } catch {
      this.#lost();
    }
  }

  #use(socket) {
    this.#socket = socket;
    socket.onopen = () => this.#resume();
    socket.onmessage = (event) => this.#hear(JSON.parse(event.data));
    socket.onclose = () => this.#lost();
    socket.onvia = () => this.#tell(true);
  }

  #resume() {
    for (const { text } of this.#starting.values()) this.#socket.send(text);
    this.#pings = this.#pongs = 0;
    for (const [run, running] of this.#running) {
      running.pings = 0;
      this.#ask(run, running);
    }
    this.#tell(true);
    this.#ping();
    this.#firstWord = setTimeout(() => this.#heard || this.#socket.close(), FIRST_WORD);
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT);
  }

  #ask(run, running) {
    this.#socket.send(JSON.stringify({ type: "attach", run, after: running.after }));
    if (running.stops) this.#socket.send(JSON.stringify({ type: "cancel", run }));
  }

  #tell(connected) {
    const via = this.#socket?.via ?? "websocket";
    for (const { watcher } of [...this.#starting.values(), ...this.#running.values()]) watcher.link(connected, via);
  }

  #beat() {
    // A socket that has not said a word since the last ping is open in name only.
    if (this.#heard) this.#ping();
    else this.#socket.close();
  }

  #ping() {
    this.#heard = false;
    this.#pings++;
    this.#socket.send('{"type":"ping"}');
  }

  #lost() {
    clearInterval(this.#heartbeat);
    clearTimeout(this.#firstWord);
    this.#socket = null;
    if (this.#starting.size + this.#running.size === 0) return;
    this.#tell(false);
    // Full jitter: a thousand pages that lost the same server do not come back in the same moment.
    const longest = Math.min(SLOWEST_RETRY, FIRST_RETRY * 2 ** this.#failures++);
    this.#retry = setTimeout(() => {
      this.#retry = null;
      this.#open();
    }, Math.random() * longest);
  }

  #hear(message) {
    this.#heard = true;
    this.#failures = 0; // only a word proves that a socket leads anywhere
    if (message.seq !== undefined) this.#frame(message);
    else if (message.type === "accepted") this.#accepted(message);
    else if (message.type === "error") this.#refused(message);
    else if (message.type === "pong") this.#check(message.runs);
  }

  #accepted({ ref, run, note }) {
    const starting = this.#starting.get(ref);
    if (!starting) return;
    this.#starting.delete(ref);
    this.#running.set(run, { after: 0, watcher: starting.watcher, pings: this.#pings });
    starting.watcher.accepted(run, note ?? "");
  }

  #frame(frame) {
    const running = this.#running.get(frame.run);
    if (!running || frame.seq !== running.after + 1) return;
    this.#found(running);
    running.after = frame.seq;
    if (frame.type === "end") this.#running.delete(frame.run);
    running.watcher.frame(frame);
  }

  // A run that was asked for before the ping and that the server does not send has ended there, at a frame that bears a
  // number this page has already seen another frame under.
  #check(runs) {
    this.#pongs++;
    if (!runs) return;
    for (const [run, running] of this.#running) {
      if (run in runs) this.#found(running);
      else if (running.pings < this.#pongs) this.#anew(run, running);
    }
  }

  #found(running) {
    if (!running.missed) return;
    running.missed = false;
    running.watcher.link(true, this.#socket.via ?? "websocket");
  }

  #anew(run, running) {
    const { watcher } = running;
    if (!watcher.anew) {
      this.#running.delete(run);
      return watcher.refused({ code: "server_ended", message: "The server ended and knows less of this answer than this page.", hint: "Run it again." });
    }
    watcher.anew();
    this.attach(run, 0, watcher);
    if (running.stops) this.cancel(run);
  }

  // A server that is about to stop takes no new runs; the next one will, and may be there only in a while.
  #later(ref) {
    setTimeout(() => this.#starting.has(ref) && this.#say(this.#starting.get(ref).text), 1000 + Math.random() * 2000);
  }

  // What the server cannot read just now it may read in a moment: nothing is known of the run, least of all that it is gone.
  #askAgain(run, running) {
    running.pings = Infinity; // a pong may lack it meanwhile
    if (!running.missed) running.watcher.link(false, this.#socket.via ?? "websocket");
    running.missed = true;
    setTimeout(() => {
      if (this.#running.get(run) !== running || running.pings < Infinity || this.#socket?.readyState !== 1) return;
      running.pings = this.#pings;
      this.#ask(run, running);
    }, 1000 + Math.random() * 2000);
  }

  #refused(error) {
    const running = this.#running.get(error.run);
    if (error.code === "bad_after" && running?.after > 0) return this.#anew(error.run, running);
    if (error.code === "draining") return this.#later(error.ref);
    if (error.code === "unreadable" && !error.ref && running) return this.#askAgain(error.run, running);
    const table = error.ref ? this.#starting : this.#running;
    const about = table.get(error.ref ?? error.run);
    table.delete(error.ref ?? error.run);
    about?.watcher.refused(error);
  }
}
