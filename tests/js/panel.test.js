import assert from "node:assert/strict";
import { test } from "node:test";

import { KeptRun } from "../../static/js/lib/kept-run.js";
import { PanelRun } from "../../static/js/lib/panel-run.js";
import { withStandIn } from "../../static/js/lib/stand-in.js";
import { Written } from "../../static/js/lib/written.js";

class Storage {
  kept = new Map();
  getItem = (key) => this.kept.get(key) ?? null;
  setItem = (key, value) => void this.kept.set(key, value);
  removeItem = (key) => void this.kept.delete(key);
}

const BODY = '{"model": "a:1b", "messages": []}';

function placed(storage = new Storage(), address = {}) {
  const area = Object.assign(new EventTarget(), { value: BODY });
  const dataset = { upstream: "local", method: "POST", path: "/api/chat", streams: "yes", ...address };
  return { area, dataset, storage, written: new Written({ dataset, area }, "edit", storage) };
}

test("a request is what is written, and streams as it says or as its endpoint does", () => {
  const { area, written } = placed();
  assert.deepEqual([written.model, written.isEdited, written.sendable.streamed, written.sendable.fault], ["a:1b", false, true, null]);
  area.value = '{"model": "b", "stream": false}';
  assert.deepEqual([written.model, written.isEdited, written.sendable.streamed, written.documented.model], ["b", true, false, "a:1b"]);
  area.value = '{"model": ';
  assert.deepEqual([written.model, written.sendable.streamed, written.sendable.fault.line], [null, false, 1]);
});

test("what was changed is there again after a reload, and not where the page has become another", () => {
  const { area, storage, written } = placed();
  let told = 0;
  area.addEventListener("input", () => (told += 1));
  written.write({ upstream: "gpu", body: '{"model": "c"}' });
  written.keep();
  assert.equal(told, 1);
  const again = placed(storage);
  assert.deepEqual([again.area.value, again.dataset.upstream, again.written.isEdited], ['{"model": "c"}', "gpu", true]);
  again.written.write({ ...again.written.documented });
  again.written.keep();
  assert.equal(placed(storage).written.isEdited, false);
});

test("an endpoint that is asked with GET takes no body, whatever the textarea holds", () => {
  const { written } = placed(new Storage(), { method: "GET", path: "/v1/models/far:1b", streams: "never" });
  assert.deepEqual([written.sendable.body, written.all.body, written.model], ["null", "", "far:1b"]);
  assert.equal(written.withModel("other").path, "/v1/models/other");
});

const answers = (found) => async () => ({ json: async () => found });
const REQUEST = { upstream: "local", method: "POST", path: "/api/chat", body: '{"model": "a", "options": {"seed": 12345678901234567890}}' };

test("another model stands in, is named, and no digit of the request is lost", async () => {
  const { prepared, note } = await withStandIn(REQUEST, answers({ use: "b:1b", wanted: "a", place: "model" }));
  assert.equal(prepared.body, '{"model": "b:1b", "options": {"seed": 12345678901234567890}}');
  assert.equal(note, "a is not on this server; b:1b answers instead.");
  const inPath = await withStandIn({ ...REQUEST, path: "/v1/models/a" }, answers({ use: "b:1b", wanted: "a", place: "path" }));
  assert.equal(inPath.prepared.path, "/v1/models/b:1b");
});

test("the request goes out as it is where nobody need stand in, or nobody can be asked", async () => {
  const same = await withStandIn(REQUEST, answers({ use: "a:latest", wanted: "a", place: "model" }));
  const unasked = await withStandIn(REQUEST, async () => { throw new TypeError("gone"); });
  for (const { prepared, note } of [same, unasked]) assert.deepEqual([prepared, note], [REQUEST, ""]);
  const { error } = await withStandIn(REQUEST, answers({ error: { code: "unreachable", message: "Nothing answers." } }));
  assert.equal(error.code, "unreachable");
});

test("an example is meant to fail as long as it is the author's", () => {
  const { written, dataset } = placed(new Storage(), { expects: "404" });
  assert.equal(written.sendable.isMeantToFail, true);
  written.write({ path: "/api/generate" });
  assert.equal(written.sendable.isMeantToFail, false);
  assert.equal(dataset.expects, "404");
});

test("an example that is meant to fail is sent as it stands", async () => {
  const request = { ...REQUEST, isMeantToFail: true };
  assert.equal((await withStandIn(request, () => assert.fail("asked"))).prepared, request);
});

function running(t, found = {}) {
  t.mock.method(globalThis, "fetch", answers(found));
  const said = { sent: [], cancelled: [], attached: [] };
  let watcher;
  const connection = {
    start: (ref, text, to) => { watcher = to; said.sent.push(JSON.parse(text)); },
    attach: (run, after, to) => { watcher = to; said.attached.push([run, after]); },
    cancel: (run) => said.cancelled.push(run),
  };
  const answer = { frames: [], begin(request) { this.begun = request; }, take(frame) { this.frames.push(frame); } };
  const [kept, states] = [new KeptRun("run", new Storage()), []];
  const run = new PanelRun(connection, kept, answer, ({ state }) => states.push(state));
  return { run, answer, kept, states, said, server: () => watcher };
}

test("a run is kept before it is sent, under its own name once the server has it, and is picked up there", async (t) => {
  const { run, kept, states, said, server, answer } = running(t);
  await run.start({ ...REQUEST, streamed: true }, { page: "p", example: "e" });
  assert.deepEqual([said.sent[0].source, said.sent[0].ref], [{ page: "p", example: "e" }, kept.read().ref]);
  server().accepted("r1");
  assert.deepEqual([kept.read().run, kept.read().text], ["r1", undefined]);
  server().frame({ type: "state", state: "streaming", at: 1 });
  assert.deepEqual([states, run.isLive], [["sending", "streaming"], true]);
  run.resume(kept.read());
  assert.deepEqual([said.attached, answer.begun.path], [[["r1", 0]], "/api/chat"]);
  server().refused({ code: "no_such_run", message: "", hint: "" });
  assert.deepEqual([kept.read(), states.at(-1)], [null, "failed"]);
});

test("what is stopped before the server has it is cancelled as soon as it does", async (t) => {
  const { run, said, states, server } = running(t);
  await run.start({ ...REQUEST, streamed: true }, null);
  run.stop();
  server().accepted("r2");
  assert.deepEqual([said.cancelled, states.at(-1)], [["r2"], "cancelled"]);
});

test("a request that nobody could answer is not sent", async (t) => {
  const { run, said, states, answer } = running(t, { error: { code: "unreachable", message: "Nothing answers.", hint: "" } });
  await run.start({ ...REQUEST, streamed: true }, null);
  assert.deepEqual([said.sent, states.at(-1), answer.view.error.message], [[], "failed", "Nothing answers."]);
});
