import assert from "node:assert/strict";
import { test } from "node:test";

import { problemsOf } from "../../static/js/lib/checking.js";
import { cursorOf } from "../../static/js/lib/cursor.js";
import { offersAt } from "../../static/js/lib/shape.js";

const SHAPE = {
  type: "object",
  properties: {
    model: { type: "string", description: "Name", "x-as": "model" },
    stream: { type: "boolean", default: true },
    think: { anyOf: [{ type: "boolean" }, { type: "string", enum: ["low", "high"] }] },
    messages: { type: "array", items: { $ref: "#/$defs/message" } },
    options: { $ref: "#/$defs/options" },
  },
  required: ["model"],
  additionalProperties: false,
  $defs: {
    message: { type: "object", properties: { role: { type: "string", enum: ["user", "tool"] }, content: { type: "string" } }, required: ["role"] },
    options: { type: "object", properties: { seed: { type: "integer" }, temperature: { type: "number", default: 0.8 } }, additionalProperties: false },
  },
};

const told = (text) => problemsOf(text, SHAPE).map(({ from, to, message, severity, line }) => [text.slice(from, to), message, severity, line]);

test("a body that fits has no problems", () => {
  assert.deepEqual(told('{"model": "a", "think": "low", "options": {"seed": 12345678901234567890}}'), []);
});

test("what stops being JSON is marked where it does", () => {
  assert.deepEqual(told('{\n  "model": x\n}'), [["x", "not JSON: a value was expected, “x” found", "error", 2]]);
  assert.deepEqual(told('{"model": "a"'), [['"', "not JSON: “,” or “}” was expected, the end found", "error", 1]]);
  assert.deepEqual(told(""), [["", "not JSON: a value was expected, the end found", "error", 1]]);
});

test("what does not fit the shape is marked at its value", () => {
  assert.deepEqual(told('{"model": 1}'), [["1", "model: string is asked for, integer found", "warning", 1]]);
  assert.deepEqual(told('{\n"model": "a",\n"messages": [{"role": "cat"}]}'), [
    ['"cat"', 'messages[0].role: one of ["user","tool"] is asked for, "cat" found', "warning", 3],
  ]);
  assert.deepEqual(told("{}"), [["{", "“model” is missing", "warning", 1]]);
});

test("a name Ollama does not read is marked, and one the portal refuses is an error", () => {
  assert.deepEqual(told('{"model": "a", "colour": 1}'), [['"colour"', "colour: Ollama reads no such field here", "warning", 1]]);
  assert.deepEqual(told('{"model": "a", "Stream": true}'), [['"Stream"', "Ollama's name for “Stream” is “stream”", "error", 1]]);
  assert.deepEqual(told('{"model": "a", "options": {"Seed": 1}}'), [['"Seed"', "Ollama's name for “Seed” is “seed”", "error", 1]]);
  assert.deepEqual(told('{"model": "a", "model": "b"}'), [['"model"', "“model” is named twice in one object", "error", 1]]);
});

// “|” is where the cursor is.
function offered(marked, models = []) {
  const at = marked.indexOf("|");
  const cursor = cursorOf(marked.replace("|", ""), at);
  return cursor && offersAt(cursor, SHAPE, models).map(({ label }) => label);
}

test("names that are not there yet are offered", () => {
  assert.deepEqual(offered('{"model": "a", |'), ["stream", "think", "messages", "options"]);
  assert.deepEqual(offered('{"model": "a", "st|'), ["stream", "think", "messages", "options"]);
  assert.deepEqual(offered('{"|", "stream": true, "options": {"think": 1}}'), ["model", "think", "messages"]);
  assert.deepEqual(offered('{"options": {|}}'), ["seed", "temperature"]);
  assert.deepEqual(offered('{"messages": [{"role": "user"}, {|'), ["role", "content"]);
});

test("values that can be named are offered", () => {
  assert.deepEqual(offered('{"stream": |}'), ["true", "false"]);
  assert.deepEqual(offered('{"messages": [{"role": "|"}]}'), ['"user"', '"tool"']);
  assert.deepEqual(offered('{"think": |'), ["true", "false", '"low"', '"high"']);
  assert.deepEqual(offered('{"model": "|"}', [{ name: "a:1b", detail: "" }]), ['"a:1b"']);
  assert.deepEqual(offered('{"options": {"temperature": |}}'), ["0.8"]);
});

test("nothing is offered where nothing can stand", () => {
  assert.equal(offered('{"model": "a" |'), null);
  assert.equal(offered("|"), null);
});

test("a name is written with what its value begins with", () => {
  const text = '{"op"}';
  const [offer] = offersAt(cursorOf(text, 4), SHAPE, []).filter(({ label }) => label === "options");
  assert.equal(offer.text, '"options": {|}');
  const cursor = cursorOf(text, 4);
  assert.deepEqual([cursor.from, cursor.to], [1, 5]);
});
