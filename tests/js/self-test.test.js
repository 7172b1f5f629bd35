import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { tryQuiet, tryWebsocket } from "../../static/js/lib/self-test.js";

let socket;
class FakeSocket {
  sent = [];
  constructor() {
    socket = this;
  }
  send(text) {
    this.sent.push(text);
  }
  close() {
    this.closed = true;
  }
}

beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
afterEach(() => mock.timers.reset());

test("a websocket that answers is fine, and is closed again", async () => {
  const found = tryWebsocket("ws://x", FakeSocket);
  socket.onopen();
  socket.onmessage({});
  assert.equal((await found).fine, true);
  assert.equal(socket.closed, true);
});

test("a websocket that opens and stays silent is said to be held", async () => {
  const found = tryWebsocket("ws://x", FakeSocket);
  socket.onopen();
  mock.timers.tick(6_000);
  assert.match((await found).text, /stayed silent/);
});

test("a quiet minute passes when the question after it is answered", async () => {
  const found = tryQuiet("ws://x", FakeSocket);
  socket.onopen();
  mock.timers.tick(69_999);
  assert.deepEqual(socket.sent, []);
  mock.timers.tick(1);
  assert.equal(socket.sent.length, 1);
  socket.onmessage({});
  assert.equal((await found).fine, true);
});

test("a websocket closed while it was quiet is a finding", async () => {
  const found = tryQuiet("ws://x", FakeSocket);
  socket.onopen();
  socket.onclose();
  assert.equal((await found).fine, false);
});
