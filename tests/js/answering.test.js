import assert from "node:assert/strict";
import { test } from "node:test";

import { Answering } from "../../static/js/lib/answering.js";
import { askedOf } from "../../static/js/lib/asked.js";
import { argumentsOf, callPartsOf, Calls } from "../../static/js/lib/calls.js";
import { harText, httpText } from "../../static/js/lib/exports.js";
import { blockEnd, Flow } from "../../static/js/lib/flow.js";
import { pretty } from "../../static/js/lib/pretty.js";
import { reduceThought, thoughtText } from "../../static/js/lib/thought.js";
import { IDLE, reduce } from "../../static/js/lib/view.js";
import { tabTo, viewsOf, viewToShow } from "../../static/js/lib/views.js";

const request = (path, body, streamed = true) => ({ method: "POST", path, upstream: "local", body: JSON.stringify(body), streamed, startedAt: 0 });
const LIVE = { ...IDLE, state: "streaming" };

function answering(path, body, ...frames) {
  const run = new Answering(request(path, body));
  run.view = LIVE;
  for (const frame of frames) {
    run.take(frame);
    run.read();
    run.view = reduce(run.view, frame);
  }
  return run;
}

const ids = (run) => viewsOf(run.asked, run.have).map(({ id }) => id);

test("a chat offers its text, and its tools when some were offered to it", () => {
  assert.deepEqual(ids(answering("/api/chat", {})), ["text", "events", "raw", "figures"]);
  assert.deepEqual(ids(answering("/api/chat", { tools: [{}] })), ["text", "tools", "events", "raw", "figures"]);
});

test("what is no text is data, and comes first", () => {
  const run = new Answering(request("/api/embed", {}, false));
  run.view = LIVE;
  run.take({ type: "data", at: 1, text: '{"embeddings":[]}' });
  run.take({ type: "end" });
  run.read();
  assert.deepEqual(ids(run), ["data", "raw", "figures"]);
  assert.equal(viewToShow(null, run.asked, run.have, viewsOf(run.asked, run.have)), "data");
});

test("a refusal has its bytes and nothing that would pass for an answer", () => {
  const run = new Answering(request("/api/chat", {}));
  run.view = { ...LIVE, status: 400 };
  run.take({ type: "data", at: 1, text: '{"error":"no"}' });
  assert.deepEqual(ids(run), ["raw", "figures"]);
});

test("a run that ended before a byte came has no views", () => {
  assert.deepEqual(viewsOf(answering("/api/chat", {}).asked, { bytes: false, live: false }), []);
});

test("the view the reader chose is kept as long as there is one", () => {
  const { asked, have } = answering("/api/chat", { format: "json" });
  const offered = viewsOf(asked, have);
  assert.equal(viewToShow(null, asked, have, offered), "data");
  assert.equal(viewToShow("raw", asked, have, offered), "raw");
  assert.equal(viewToShow("tools", asked, have, offered), "data");
});

test("tabs go round", () => {
  assert.deepEqual([tabTo("ArrowRight", 2, 3), tabTo("ArrowLeft", 0, 3), tabTo("End", 0, 3), tabTo("x", 0, 3)], [0, 2, 2, null]);
});

const SCHEMA = { type: "object" };
for (const [path, body, schema] of [
  ["/api/chat", { format: SCHEMA }, SCHEMA],
  ["/api/generate", { format: "json" }, null],
  ["/v1/chat/completions", { response_format: { type: "json_schema", json_schema: { name: "x", schema: SCHEMA } } }, SCHEMA],
  ["/v1/chat/completions", { response_format: { type: "json_object" } }, null],
  ["/v1/responses", { text: { format: { type: "json_schema", schema: SCHEMA } } }, SCHEMA],
]) {
  test(`the schema asked for is found in ${path} ${JSON.stringify(body)}`, () => {
    assert.deepEqual(askedOf(request(path, body)).format, { schema });
  });
}

for (const body of [{ format: "" }, { format: null }, { response_format: { type: "text" } }, [], 3, null, { text: "x" }]) {
  test(`no format is asked for by ${JSON.stringify(body)}`, () => {
    assert.equal(askedOf(request("/api/chat", body)).format, null);
  });
}

function callsOf(...records) {
  const calls = new Calls();
  for (const record of records) for (const part of callPartsOf(record)) calls.take(part);
  return calls.list.map((call) => [call.id, call.name, argumentsOf(call)]);
}

const delta = (index, id, name, text) => ({ choices: [{ delta: { tool_calls: [{ index, id, function: { name, arguments: text } }] } }] });

test("calls of a native chat are whole, each its own", () => {
  const record = (id) => ({ message: { tool_calls: [{ id, function: { index: 0, name: "f", arguments: { a: 1 } } }] } });
  assert.deepEqual(callsOf(record("1"), record("2")), [["1", "f", '{"a":1}'], ["2", "f", '{"a":1}']]);
});

test("streamed arguments are joined by index, also in turns", () => {
  assert.deepEqual(callsOf(delta(0, "a", "f", ""), delta(1, "b", "g", "["), delta(0, undefined, undefined, "{}"), delta(1, undefined, undefined, "]")), [["a", "f", "{}"], ["b", "g", "[]"]]);
});

test("calls that all say index 0 are told apart by their ids", () => {
  assert.deepEqual(callsOf(delta(0, "a", "f", "{}"), delta(0, "b", "g", "[]")), [["a", "f", "{}"], ["b", "g", "[]"]]);
});

test("calls of whole answers in every form are read", () => {
  const call = { id: "1", function: { name: "f", arguments: "{}" } };
  assert.deepEqual(callsOf({ choices: [{ message: { tool_calls: [call] } }] }), [["1", "f", "{}"]]);
  assert.deepEqual(callsOf({ output: [{ type: "function_call", call_id: "1", name: "f", arguments: "{}" }] }), [["1", "f", "{}"]]);
  assert.deepEqual(callsOf({ type: "message", content: [{ type: "tool_use", id: "1", name: "f", input: {} }] }), [["1", "f", "{}"]]);
});

test("thinking lasts from its first piece to the first word", () => {
  let thought = reduceThought(null, [{ kind: "thinking" }], 100);
  thought = reduceThought(thought, [{ kind: "thinking" }], 1100);
  assert.equal(thoughtText(thought, true), "Thinking for 1.0 s");
  thought = reduceThought(thought, [{ kind: "text" }], 1600);
  thought = reduceThought(thought, [{ kind: "text" }], 9000);
  assert.equal(thoughtText(thought, true), "Thought for 1.5 s");
  assert.equal(thoughtText(null, false), "Thought");
});

test("a run that has ended is not over while its last pieces are unread", () => {
  const run = new Answering(request("/api/chat", {}));
  run.view = LIVE;
  for (const content of ["a", "b"]) run.take({ type: "data", at: 1, text: `${JSON.stringify({ message: { content } })}\n` });
  run.take({ type: "end" });
  run.view = { ...LIVE, state: "done" };
  assert.equal(run.read(() => true), false);
  assert.equal(run.isOver, false);
  while (!run.read(() => true));
  assert.equal(run.isOver, true);
  assert.equal(run.text, "ab");
});

test("JSON is laid out with its tokens as they came", () => {
  const text = '{"a":[],"b":[1,{"c":12345678901234567890}],"d":"x{,\\"}"}';
  assert.equal(pretty(text), '{\n  "a": [],\n  "b": [\n    1,\n    {\n      "c": 12345678901234567890\n    }\n  ],\n  "d": "x{,\\"}"\n}');
});

test("JSON that is not complete is laid out as far as it goes", () => {
  const text = '{"name":"Canada","list":[1,{"deep":"half';
  for (let size = 1; size <= text.length; size += 1) {
    assert.equal(pretty(text.slice(0, size)).replace(/\s/g, ""), text.slice(0, size).replace(/\s/g, ""));
  }
  assert.equal(pretty("]]]}{").includes("{"), true);
});

test("a growing text is cut into blocks at line ends, and nothing of it is lost", () => {
  const blocks = [];
  const make = () => {
    const block = { text: "", firstChild: null, append(text) { block.text = text; block.firstChild = { appendData(more) { block.text += more; } }; } };
    return block;
  };
  const flow = new Flow({ append: (block) => blocks.push(block) }, make);
  const text = `${"word ".repeat(50)}\n`.repeat(200) + "x".repeat(30_000);
  for (let at = 0; at < text.length; at += 97) flow.append(text.slice(at, at + 97));
  assert.equal(blocks.map((block) => block.text).join(""), text);
  assert.ok(blocks.length > 20);
  assert.ok(blocks.every((block) => block.text.length <= 12_000));
  assert.equal(blockEnd("short", 0, 0), null);
});

test("a run is written as HTTP text that sends the request again, with the answer as remarks", () => {
  const run = answering("/api/chat", { model: "m" }, { type: "head", status: 200, headers: { "content-type": "application/x-ndjson" } }, { type: "data", at: 5, text: '{"a":\n' });
  assert.equal(httpText(run), 'POST http://localhost:11434/api/chat HTTP/1.1\nContent-Type: application/json\n\n{"model":"m"}\n\n### The answer\n# HTTP/1.1 200\n# content-type: application/x-ndjson\n#\n# {"a":\n#\n');
  assert.ok(httpText(answering("/api/chat", {})).endsWith("\n### The answer\n# No answer came.\n"));
});

test("a HAR has all that version 1.2 wants of an entry", () => {
  const run = answering("/api/chat", { model: "é" }, { type: "head", status: 200, headers: {} }, { type: "data", at: 5, text: "é" }, { type: "data", at: 9, text: "!" });
  const { log } = JSON.parse(harText(run));
  const [entry] = log.entries;
  assert.equal(log.version, "1.2");
  assert.deepEqual(entry.timings, { send: 0, wait: 5, receive: 4 });
  assert.deepEqual([entry.response.content.size, entry.response.content.text, entry.request.bodySize], [3, "é!", 14]);
  for (const key of ["cookies", "headers", "headersSize", "bodySize", "httpVersion"]) assert.ok(key in entry.request && key in entry.response, key);
});
