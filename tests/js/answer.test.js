import assert from "node:assert/strict";
import { test } from "node:test";

import { readerFor } from "../../static/js/lib/answer.js";

const lines = (...records) => records.map((record) => `${JSON.stringify(record)}\n`).join("");
const events = (...records) => records.map((record) => `data: ${JSON.stringify(record)}\n\n`).join("") + "data: [DONE]\n\n";
const STREAMS = {
  "/api/chat": lines({ message: { content: "Hel" } }, { message: { content: "lo" } }, { message: { content: "" }, done: true }),
  "/api/generate": lines({ response: "Hel" }, { response: "lo" }, { response: "", done: true }),
  "/v1/chat/completions": events({ choices: [{ delta: { content: "Hel" } }] }, { choices: [{ delta: { content: "lo" } }] }, { choices: [] }),
  "/v1/completions": events({ choices: [{ text: "Hel" }] }, { choices: [{ text: "lo" }] }),
  "/v1/responses": events({ type: "response.output_text.delta", delta: "Hel" }, { type: "response.output_text.delta", delta: "lo" }),
  "/v1/messages": events({ type: "content_block_delta", delta: { text: "Hel" } }, { type: "content_block_delta", delta: { text: "lo" } }),
};
const WHOLE = {
  "/api/chat": { message: { role: "assistant", content: "Hello" }, done: true },
  "/api/generate": { response: "Hello", done: true },
  "/v1/chat/completions": { choices: [{ message: { content: "Hello" } }] },
  "/v1/completions": { choices: [{ text: "Hello" }] },
  "/v1/responses": { object: "response", status: "completed", output: [{ type: "message", content: [{ type: "output_text", text: "Hello" }] }] },
  "/v1/messages": { type: "message", content: [{ type: "text", text: "Hello" }] },
};

function read(path, streamed, parts) {
  const reader = readerFor(path, streamed);
  const pieces = [...parts.flatMap((part) => reader.push(part)), ...reader.end()];
  return { reader, pieces, text: pieces.filter(({ kind }) => kind === "text").map(({ text }) => text).join("") };
}

for (const [path, body] of Object.entries(STREAMS)) {
  test(`a stream of ${path} reads the same however it is cut`, () => {
    for (let size = 1; size < body.length; size += 1) {
      const parts = body.match(new RegExp(`[^]{1,${size}}`, "g"));
      const { text, reader } = read(path, true, parts);
      assert.equal(text, "Hello", `cut every ${size}`);
      assert.equal(reader.records, 2);
    }
  });
}

for (const [path, record] of Object.entries(WHOLE)) {
  test(`a whole answer of ${path} shows its text once it is there`, () => {
    assert.equal(read(path, false, [JSON.stringify(record)]).text, "Hello");
  });
}

test("thinking has a channel of its own", () => {
  const { pieces } = read("/api/chat", true, [lines({ message: { thinking: "hm", content: "" } }, { message: { content: "yes" } })]);
  assert.deepEqual(pieces, [{ kind: "thinking", text: "hm" }, { kind: "text", text: "yes" }]);
});

test("a last record without a line end counts", () => {
  assert.equal(read("/api/generate", true, ['{"response":"end"}']).text, "end");
});

test("an answer that is no text is kept as the document it is", () => {
  const { pieces, reader } = read("/api/embed", false, ['{"embeddings":', "[[1,2]]}"]);
  assert.deepEqual(pieces, []);
  assert.deepEqual(reader.document, { embeddings: [[1, 2]] });
});

test("an answer that is not JSON is shown as it is", () => {
  assert.deepEqual(read("/api/show", false, ["<html>"]).pieces, [{ kind: "note", text: "<html>" }]);
});

test("records that are no objects, or broken, are passed over", () => {
  const { text } = read("/api/generate", true, ['null\n[1]\n"x"\n{broken\n{"response":"ok"}\n']);
  assert.equal(text, "ok");
});

for (const [path, body, unread] of [
  ["/api/chat", '{"response":"a"}\n\nnull\n{broken\n{broken again\n', { number: 3, text: "{broken", isLast: false }],
  ["/api/chat", '{"response":"a"}\n{"response":"b', { number: 2, text: '{"response":"b', isLast: true }],
  ["/v1/chat/completions", 'data: {}\n\nevent: x\nid: 7\n: still here\n\ndata:\n\ndata: oops\n\ndata: [DONE]\n\n', { number: 2, text: "oops", isLast: false }],
  ["/v1/chat/completions", '<!DOCTYPE html>\n<title>Sign in</title>\n\n', { number: 1, text: "<!DOCTYPE html>\n<title>Sign in</title>", isLast: false }],
  ["/v1/chat/completions", 'data: {"choices":\r\ndata: []}\r\n\r\ndata: [DONE]\r\n\r\n', null],
]) {
  test(`of ${JSON.stringify(body)} it is told what could not be read, however it is cut`, () => {
    for (let size = 1; size <= body.length; size += 1) {
      assert.deepEqual(read(path, true, body.match(new RegExp(`[^]{1,${size}}`, "g"))).reader.unread, unread, `cut every ${size}`);
    }
  });
}

test("a number as long as an answer is JSON", () => {
  assert.equal(read("/api/chat", true, [`{"eval_count":${"9".repeat(1_000_000)}}\n`]).reader.unread, null);
});

test("a pull has its steps, each with how far it is", () => {
  const { reader } = read("/api/pull", true, [
    lines({ status: "pulling manifest" }, { status: "pulling abc", digest: "sha256:abc", total: 200, completed: 50 },
      { status: "pulling abc", digest: "sha256:abc", total: 200, completed: 200 }, { status: "success" }),
  ]);
  assert.deepEqual(reader.progress.steps.map(({ status, completed, total }) => [status, completed, total]), [
    ["pulling manifest", 0, 0], ["pulling abc", 200, 200], ["success", 0, 0],
  ]);
});

for (const [said, record] of [
  ["length", { done: true, done_reason: "length" }], ["stop", { choices: [{ finish_reason: "stop" }] }],
  ["max_tokens", { type: "message_delta", delta: { stop_reason: "max_tokens" } }],
  ["max_output_tokens", { type: "response.incomplete", response: { incomplete_details: { reason: "max_output_tokens" } } }],
]) {
  test(`why it stopped is heard: ${said}`, () => {
    const [path, body] = record.done ? ["/api/chat", lines(record)] : ["/v1/responses", events(record)];
    assert.equal(read(path, true, [body]).reader.finish, said);
  });
}

for (const hostile of [
  { type: "message", content: 7 }, { choices: {} }, { choices: [null] }, { message: "x", tool_calls: [null, 3] },
  { output: [null, { content: [null], summary: "no" }] }, { type: "content_block_delta", delta: null }, { delta: 1, response: null },
  { status: "x", digest: 9, total: "many", completed: -4 }, { choices: [{ delta: { tool_calls: "no" } }] },
]) {
  test(`a record of the wrong shape breaks nothing: ${JSON.stringify(hostile)}`, () => {
    for (const path of ["/api/chat", "/v1/chat/completions"]) {
      const body = path.startsWith("/api/") ? lines(hostile, { response: "ok" }) : events(hostile, { choices: [{ text: "ok" }] });
      assert.equal(read(path, true, [body]).text, "ok");
    }
    read("/v1/responses", false, [JSON.stringify(hostile)]);
  });
}
