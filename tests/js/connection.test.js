import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { Connection } from "../../static/js/lib/connection.js";

let sockets;

class FakeSocket {
  readyState = 0;
  sent = [];
  constructor() {
    sockets.push(this);
  }
  send(text) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.drop();
  }
  open() {
    this.readyState = 1;
    this.onopen();
  }
  hear(message) {
    this.onmessage({ data: JSON.stringify(message) });
  }
  drop() {
    this.readyState = 3;
    this.onclose();
  }
}

const watcher = () => {
  const seen = { accepted: [], frames: [], refused: [], links: [] };
  return {
    seen,
    accepted: (run) => seen.accepted.push(run),
    frame: (frame) => seen.frames.push(frame.seq),
    refused: (error) => seen.refused.push(error.code),
    link: (up) => seen.links.push(up),
  };
};

const START = JSON.stringify({ type: "start", ref: "r-1" });
const frame = (seq, more = {}) => ({ run: "R", seq, type: "data", ...more });

beforeEach(() => {
  sockets = [];
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
});
afterEach(() => mock.timers.reset());

test("no socket is opened before a run is started", () => {
  new Connection("ws://x", FakeSocket);
  assert.equal(sockets.length, 0);
});

test("a run started while the socket opens is sent once it is open, and only once", () => {
  const connection = new Connection("ws://x", FakeSocket);
  connection.start("r-1", START, watcher());
  sockets[0].open();
  assert.deepEqual(sockets[0].sent.map(({ type }) => type), ["start", "ping"]);
});

test("after a lost socket every run goes on from the frame it had", () => {
  const connection = new Connection("ws://x", FakeSocket);
  const { seen, ...watch } = watcher();
  connection.start("r-1", START, watch);
  sockets[0].open();
  sockets[0].hear({ type: "accepted", ref: "r-1", run: "R" });
  sockets[0].hear(frame(1));
  sockets[0].hear(frame(2));
  sockets[0].drop();
  mock.timers.tick(20_000);
  sockets[1].open();
  assert.deepEqual(sockets[1].sent[0], { type: "attach", run: "R", after: 2 });
  sockets[1].hear(frame(2));
  sockets[1].hear(frame(3));
  sockets[1].hear(frame(4, { type: "end" }));
  assert.deepEqual(seen.frames, [1, 2, 3, 4]);
  assert.deepEqual(seen.links, [true, false, true]);
});

test("a start the server may not have heard is sent again under its ref", () => {
  const connection = new Connection("ws://x", FakeSocket);
  connection.start("r-1", START, watcher());
  sockets[0].open();
  sockets[0].drop();
  mock.timers.tick(20_000);
  sockets[1].open();
  assert.deepEqual(sockets[1].sent[0], { type: "start", ref: "r-1" });
});

test("a socket that stays silent after a ping is given up", () => {
  const connection = new Connection("ws://x", FakeSocket);
  connection.attach("R", 0, watcher());
  sockets[0].open();
  sockets[0].hear({ type: "pong", runs: {} });
  mock.timers.tick(20_000);
  assert.deepEqual(sockets[0].sent.at(-1), { type: "ping" });
  mock.timers.tick(20_000);
  assert.equal(sockets[0].readyState, 3);
});

test("a socket that opens and never says a word is given up sooner", () => {
  const connection = new Connection("ws://x", FakeSocket);
  connection.attach("R", 0, watcher());
  sockets[0].open();
  mock.timers.tick(5_000);
  assert.equal(sockets[0].readyState, 3);
});

test("when two sockets have come to nothing the third way is the door of plain HTTP, and the run is told", async () => {
  const door = Object.assign(new FakeSocket(), { via: "events" });
  sockets = [];
  const connection = new Connection("ws://x", FakeSocket, async () => door);
  const { seen, ...watch } = watcher();
  connection.start("r-1", START, { ...watch, link: (up, via) => seen.links.push([up, via]) });
  for (const number of [0, 1]) {
    sockets[number].drop();
    mock.timers.tick(15_000);
  }
  await Promise.resolve();
  door.open();
  assert.deepEqual(door.sent[0], { type: "start", ref: "r-1" });
  assert.deepEqual(seen.links.at(-1), [true, "events"]);
  assert.equal(sockets.length, 2);
});

test("a socket that opened counts as one that failed until it has said a word", async () => {
  let asked = 0;
  const connection = new Connection("ws://x", FakeSocket, async () => ((asked += 1), new FakeSocket()));
  connection.attach("R", 0, watcher());
  for (const number of [0, 1]) {
    sockets[number].open();
    sockets[number].drop();
    mock.timers.tick(15_000);
  }
  assert.equal(asked, 1);
});

test("a refusal reaches the run it is about and ends it", () => {
  const connection = new Connection("ws://x", FakeSocket);
  const { seen, ...watch } = watcher();
  connection.attach("R", 0, watch);
  sockets[0].open();
  sockets[0].hear({ type: "error", run: "R", code: "no_such_run", message: "…" });
  sockets[0].hear({ type: "error", code: "bad_message", message: "about nothing" });
  assert.deepEqual(seen.refused, ["no_such_run"]);
});

test("an idle page does not reconnect", () => {
  const connection = new Connection("ws://x", FakeSocket);
  connection.attach("R", 0, watcher());
  sockets[0].open();
  sockets[0].hear(frame(1, { type: "end" }));
  sockets[0].drop();
  mock.timers.tick(60_000);
  assert.equal(sockets.length, 1);
});

test("a run the server knows less of than the page begins anew", () => {
  const connection = new Connection("ws://x", FakeSocket);
  const { seen, ...watch } = watcher();
  let begun = 0;
  connection.attach("R", 7, { ...watch, anew: () => begun++ });
  sockets[0].open();
  sockets[0].hear({ type: "error", run: "R", code: "bad_after", message: "…" });
  assert.deepEqual(sockets[0].sent.at(-1), { type: "attach", run: "R", after: 0 });
  sockets[0].hear({ type: "pong", runs: {} }); // to the ping before that
  sockets[0].hear(frame(1));
  sockets[0].hear(frame(2, { type: "end" }));
  assert.deepEqual([begun, seen.frames, seen.refused], [1, [1, 2], []]);
});

test("a run that ended at a number the page has seen begins anew, once a pong lacks it", () => {
  const connection = new Connection("ws://x", FakeSocket);
  const { seen, ...watch } = watcher();
  let begun = 0;
  connection.attach("R", 7, { ...watch, anew: () => begun++ });
  sockets[0].open();
  connection.attach("S", 0, { ...watch, anew: () => assert.fail("it was asked for after the ping") });
  sockets[0].hear({ type: "pong", runs: {} });
  assert.equal(begun, 1);
  assert.deepEqual(sockets[0].sent.at(-1), { type: "attach", run: "R", after: 0 });
});

test("a start that a stopping server refuses is said again a moment later", () => {
  const connection = new Connection("ws://x", FakeSocket);
  const { seen, ...watch } = watcher();
  connection.start("r-1", START, watch);
  sockets[0].open();
  sockets[0].hear({ type: "error", ref: "r-1", code: "draining", message: "…" });
  mock.timers.tick(3000);
  assert.equal(sockets[0].sent.filter(({ type }) => type === "start").length, 2);
  assert.deepEqual(seen.refused, []);
});

test("a run the server cannot read just now is asked for again, from where it was, until it can", () => {
  const connection = new Connection("ws://x", FakeSocket);
  const { seen, ...watch } = watcher();
  connection.attach("R", 0, watch);
  sockets[0].open();
  sockets[0].hear(frame(1));
  for (let times = 0; times < 2; times++) {
    sockets[0].hear({ type: "error", run: "R", code: "unreadable", message: "…" });
    sockets[0].hear({ type: "pong", runs: {} });
    mock.timers.tick(3000);
  }
  assert.deepEqual(sockets[0].sent.filter(({ type }) => type === "attach").map(({ after }) => after), [0, 1, 1]);
  sockets[0].hear(frame(2));
  assert.deepEqual(seen, { accepted: [], frames: [1, 2], refused: [], links: [true, false, true] });
});

test("what was stopped while the server could not be told, or could not read the run, is stopped once it can", () => {
  const connection = new Connection("ws://x", FakeSocket);
  const { seen, ...watch } = watcher();
  connection.attach("R", 0, watch);
  sockets[0].open();
  sockets[0].drop();
  connection.cancel("R");
  mock.timers.tick(20_000);
  sockets[1].open();
  sockets[1].hear({ type: "error", run: "R", code: "unreadable", message: "…" });
  sockets[1].hear({ type: "error", run: "R", code: "unreadable", message: "…" });
  mock.timers.tick(3000);
  assert.deepEqual(sockets[1].sent.map(({ type }) => type), ["attach", "cancel", "ping", "attach", "cancel"]);
  assert.deepEqual(seen.refused, []);
});
