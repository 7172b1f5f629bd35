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

test("an answer that is no text is shown as the JSON it is", () => {
  const { pieces } = read("/api/embed", false, ['{"embeddings":[[1,2]]}']);
  assert.equal(pieces[0].kind, "note");
  assert.deepEqual(JSON.parse(pieces[0].text), { embeddings: [[1, 2]] });
});

test("an answer that is not JSON is shown as it is", () => {
  assert.deepEqual(read("/api/show", false, ["<html>"]).pieces, [{ kind: "note", text: "<html>" }]);
});

test("records that are no objects, or broken, are passed over", () => {
  const { text } = read("/api/generate", true, ['null\n[1]\n"x"\n{broken\n{"response":"ok"}\n']);
  assert.equal(text, "ok");
});

test("a pull shows its progress", () => {
  const { pieces } = read("/api/pull", true, [lines({ status: "pulling abc", total: 200, completed: 50 }, { status: "success" })]);
  assert.deepEqual(pieces.map(({ text }) => text), ["pulling abc 25 %\n", "success\n"]);
});
