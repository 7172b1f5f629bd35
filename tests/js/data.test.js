import assert from "node:assert/strict";
import { test } from "node:test";

import { allFiguresOf, figuresOf, stateText, waitOf } from "../../static/js/lib/figures.js";
import { partsOf } from "../../static/js/lib/json-colours.js";
import { previewOf } from "../../static/js/lib/records.js";
import { partialOf } from "../../static/js/lib/partial.js";
import { faultsOf, uncheckedIn } from "../../static/js/lib/schema.js";
import { modelOf, modelTableOf, picturesOf, vectorsOf } from "../../static/js/lib/shapes.js";
import { legendOf, stallsOf, stretchesOf } from "../../static/js/lib/timeline.js";
import { bytesText, timeText } from "../../static/js/lib/units.js";
import { verdictOf } from "../../static/js/lib/verdict.js";
import { cosineOf, cosinesOf, normOf, projectionOf, sparkline } from "../../static/js/lib/vectors.js";
import { IDLE, reduce } from "../../static/js/lib/view.js";

const PERSON = {
  type: "object",
  properties: { name: { type: "string", minLength: 1 }, age: { type: "integer", minimum: 0, maximum: 150 }, tags: { type: "array", items: { enum: ["a", "b"] }, minItems: 1, maxItems: 2 } },
  required: ["name"],
  additionalProperties: false,
};
for (const [value, path, says] of [
  [{}, "name", /missing/],
  [{ name: "" }, "name", /at least 1 character/],
  [{ name: "x", age: 1.5 }, "age", /integer is asked for, number found/],
  [{ name: "x", age: -1 }, "age", /at least 0/],
  [{ name: "x", age: 151 }, "age", /at most 150/],
  [{ name: "x", tags: [] }, "tags", /at least 1 item is asked for, 0 found/],
  [{ name: "x", tags: ["a", "b", "a"] }, "tags", /at most 2 items/],
  [{ name: "x", tags: ["a", "c"] }, "tags[1]", /one of \["a","b"\]/],
  [{ name: "x", "odd name": 1 }, '["odd name"]', /not in the schema/],
  [[], "", /object is asked for, array found/],
  [null, "", /null found/],
]) {
  test(`the path that fails is named: ${JSON.stringify(value)}`, () => {
    const [fault] = faultsOf(value, PERSON);
    assert.equal(fault.path, path);
    assert.match(fault.message, says);
  });
}

for (const [value, schema, holds] of [
  [{ name: "x", age: 3, tags: ["a"] }, PERSON, true],
  [3, { type: "number" }, true],
  [null, { type: ["string", "null"] }, true],
  ["x", { anyOf: [{ type: "null" }, { type: "string", pattern: "^x$" }] }, true],
  ["y", { anyOf: [{ type: "null" }, { type: "string", pattern: "^x$" }] }, false],
  [{ a: [1, { b: 2 }] }, { const: { a: [1, { b: 2 }] } }, true],
  [{ b: 1, a: 2 }, { enum: [{ a: 2, b: 1 }] }, true],
  [{ p: { n: 1 } }, { properties: { p: { $ref: "#/$defs/P" } }, $defs: { P: { required: ["m"] } } }, false],
  [{ x: "no" }, { additionalProperties: { type: "integer" } }, false],
  [1, false, false],
  [1, true, true],
  ["x", { pattern: "(" }, true],
]) {
  test(`${JSON.stringify(value)} ${holds ? "is" : "is not"} as ${JSON.stringify(schema)} asks`, () => {
    assert.equal(faultsOf(value, schema).length === 0, holds);
  });
}

test("a schema that refers to itself comes to an end", () => {
  const loop = { $ref: "#" };
  assert.deepEqual(faultsOf(1, loop), []);
  const tree = { type: "object", properties: { kids: { type: "array", items: { $ref: "#" } } } };
  assert.equal(faultsOf({ kids: [{ kids: [{ kids: 3 }] }] }, tree)[0].path, "kids[0].kids[0].kids");
});

test("what is not checked is named", () => {
  assert.deepEqual(uncheckedIn({ title: "T", properties: { at: { type: "string", format: "date" } }, oneOf: [] }), ["oneOf", "format"]);
});

test("of alternatives the nearest says what is wrong", () => {
  const schema = { anyOf: [{ type: "null" }, { type: "object", properties: { a: { type: "string" } } }] };
  assert.deepEqual(faultsOf({ a: 1 }, schema), [{ path: "a", message: "string is asked for, integer found" }]);
});

test("vectors are found in every form", () => {
  const bytes = btoa(String.fromCharCode(...new Uint8Array(new Float32Array([1, -0.5]).buffer)));
  assert.deepEqual(vectorsOf({ embeddings: [[1, 2], [3, 4]] }), [[1, 2], [3, 4]]);
  assert.deepEqual(vectorsOf({ embedding: [1] }), [[1]]);
  assert.deepEqual(vectorsOf({ data: [{ embedding: [1] }, { embedding: bytes }] }), [[1], [1, -0.5]]);
  assert.deepEqual(vectorsOf({ embeddings: [["1"], [], null, "%%"], data: [null, 3] }), []);
});

test("norm, cosine and line of vectors", () => {
  assert.equal(normOf([3, 4]), 5);
  assert.ok(Math.abs(cosineOf([1, 0], [1, 1]) - Math.SQRT1_2) < 1e-12);
  assert.deepEqual([cosineOf([0], [1]), cosineOf([1], [1, 2])], [null, null]);
  assert.deepEqual(cosinesOf([[1, 0], [0, 1]]), [[1, 0], [0, 1]]);
  assert.equal(sparkline([0, 1, 0.5], 10, 4), "0.0,4.0 5.0,0.0 10.0,2.0");
  assert.equal(sparkline([2, 2], 10, 4), "0.0,2.0 10.0,2.0");
  assert.equal(sparkline(new Array(5000).fill(0).map((_, at) => at), 240, 30).split(" ").length, 240);
  assert.equal(sparkline([1, 1e309], 10, 4), "");
});

test("models on disk, in memory and in OpenAI's form are tables of what they say", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");
  assert.deepEqual(modelTableOf({ models: [{ name: "a:1b", size: 1_234_567_890, details: { family: "f" } }] }), { columns: ["model", "size", "family"], rows: [["a:1b", "1.2 GB", "f"]] });
  const loaded = { name: "a:1b", size: 100, size_vram: 50, expires_at: "2026-01-01T00:04:00Z", context_length: 4096 };
  assert.deepEqual(modelTableOf({ models: [loaded] }, now), { columns: ["model", "size", "on the GPU", "context", "stays"], rows: [["a:1b", "100 B", "50 %", "4096", "4 min"]] });
  assert.deepEqual(modelTableOf({ object: "list", data: [{ id: "a", owned_by: "library", created: 1 }] }).rows, [["a", "library", "1970-01-01"]]);
  assert.deepEqual(modelTableOf({ models: [null, 3, { name: {} }] }).rows, [[""]]);
  assert.equal(modelTableOf({ version: "1" }), null);
});

test("a model is its facts, and its long texts apart", () => {
  const { facts, texts } = modelOf({ details: { family: "f", families: null }, model_info: { n: 1_235_814_432, list: new Array(32_000).fill("x"), none: null }, license: "L" });
  assert.deepEqual(facts, [["family", "f"], ["n", "1,235,814,432"], ["list", "32,000 items"]]);
  assert.deepEqual(texts, [["license", "L"]]);
});

test("only a picture that is in the answer is shown", () => {
  const items = [{ b64_json: "iVBORw0KGgoAAA==" }, { url: "https://example.com/x.png" }, { b64_json: "PHN2Zz4=" }, { b64_json: 'iVBORw0KGgo" onerror="x' }, { url: "data:image/png;base64,iVBORw0KGgoA" }, { url: "data:image/svg+xml;base64,PHN2Zz4=" }];
  assert.deepEqual(picturesOf({ data: items }), ["data:image/png;base64,iVBORw0KGgoAAA==", null, null, null, "data:image/png;base64,iVBORw0KGgoA", null]);
});

const state = (name, at) => ({ type: "state", state: name, at });

test("the time of a run is told apart, with Ollama's own time of loading", () => {
  const view = [state("queued", 0), state("queued", 5), state("connecting", 100), state("waiting", 110), state("streaming", 1000), { type: "data", at: 1000 }, { type: "data", at: 3000 },
    { type: "end", outcome: "done", stats: { load_ms: 600 } }].reduce(reduce, IDLE);
  const pieces = [1000, 1010, 1020, 2980, 2990, 3000].map((at) => ({ at }));
  assert.deepEqual(stretchesOf(view, pieces).map(({ kind, from, to }) => [kind, from, to]), [
    ["queued", 0, 100], ["connecting", 100, 110], ["loading", 110, 710], ["waiting", 710, 1000], ["stream", 1000, 3000], ["stall", 1020, 2980],
  ]);
  assert.deepEqual(stretchesOf(view, pieces, 200).slice(2, 5).map(({ kind, from, to }) => [kind, from, to]), [["loading", 110, 710], ["prompt", 710, 910], ["waiting", 910, 1000]]);
  assert.equal(legendOf(stretchesOf(view, pieces, 200))[3].text, "reading the prompt 200 ms (Ollama)");
  assert.deepEqual(legendOf(stretchesOf(view, pieces)).at(-1), { kind: "stall", text: "standing still 1.96 s, once" });
});

test("a model that was not in memory is waited for on every wire, also where nobody says how long it loaded", () => {
  const frames = [state("connecting", 0), state("waiting", 10), { ...state("waiting", 310), loading: "m" }];
  const view = [...frames, { type: "data", at: 2010, text: "x" }, { type: "data", at: 2500, text: "y" }].reduce(reduce, IDLE);
  assert.deepEqual(stretchesOf(view, []).map(({ kind, from, to }) => [kind, from, to]), [["connecting", 0, 10], ["loading", 10, 2010], ["stream", 2010, 2500]]);
  assert.equal(legendOf(stretchesOf(view, []))[1].text, "loading the model, up to the first byte 2.00 s");
  const told = reduce(view, { type: "end", outcome: "done", stats: { load_ms: 1500 } });
  assert.deepEqual(legendOf(stretchesOf(told, [])).slice(1, 3).map(({ text }) => text), ["loading the model 1.50 s (Ollama)", "waiting for the first byte 500 ms"]);
});

test("of two gaps the longer may be a stall, the shorter is the usual pace", () => {
  assert.deepEqual(stallsOf([0, 300, 2700].map((at) => ({ at }))), [{ kind: "stall", from: 300, to: 2700 }]);
  assert.deepEqual(stallsOf([0, 900].map((at) => ({ at }))), []);
});

test("a slow stream is no stall, and a run that never got an answer has its wait", () => {
  assert.deepEqual(stallsOf([0, 500, 1000, 1500].map((at) => ({ at }))), []);
  const view = [state("connecting", 0), state("waiting", 10), { type: "end", outcome: "cancelled", stats: { duration_ms: 900 } }].reduce(reduce, IDLE);
  assert.deepEqual(stretchesOf(view, []).at(-1), { kind: "waiting", from: 10, to: 900 });
});

test("every figure says who took it", () => {
  const headers = { "content-type": "application/json" };
  const view = { ...IDLE, status: 200, headers, stats: { ttft_ms: 10, prompt_tokens: 7, measured: ["ttft_ms"] } };
  const figures = allFiguresOf({ view, reader: { records: 0, finish: "stop" }, tape: { bytes: 1200 }, asked: { model: "m" } });
  assert.deepEqual(figures.map(({ name, value, measured }) => [name, value, measured]), [
    ["status", 200, null], ["content-type", "application/json", null], ["model", "m", null], ["time to first token", "10 ms", true], ["prompt tokens", 7, false], ["bytes", "1.2 kB", true], ["stopped because", "stop", null],
  ]);
});

test("only what has tokens has a first one", () => {
  const view = { ...IDLE, status: 200, state: "waiting", stats: { ttft_ms: 10, measured: ["ttft_ms"] } };
  assert.equal(figuresOf(view, 0, { completes: true })[0].name, "first token");
  assert.equal(figuresOf(view, 0, { completes: false })[0].name, "first byte");
  assert.deepEqual(figuresOf({ ...view, status: 404 }, 0, { completes: true }), []);
  assert.equal(stateText(view, { completes: false }), "Waiting for the answer");
});

test("units are those people read", () => {
  assert.deepEqual([0, 999, 1500, 274_302_450, 1e30].map(bytesText), ["0 B", "999 B", "1.5 kB", "274 MB", "1,000,000,000,000 EB"]);
  assert.deepEqual([0.4, 999, 1500, 65_000].map(timeText), ["0 ms", "999 ms", "1.50 s", "65.0 s"]);
});

test("a line of a list leaves out what every record has", () => {
  assert.equal(previewOf('{"model":"m","created_at":"x","message":{"role":"assistant","content":"","thinking":"hi"},"done":false}'), '{"message":{"thinking":"hi"},"done":false}');
});

test("JSON that is still coming is checked as far as it goes", () => {
  const schema = { type: "object", properties: { name: { type: "string" }, tags: { type: "array", items: { type: "string" }, minItems: 2 } }, required: ["name", "tags"] };
  const faults = (text) => {
    const partial = partialOf(text);
    return partial && faultsOf(partial.value, schema, partial.open).map(({ path }) => path);
  };
  const whole = '{"name": "x", "tags": ["a", "b"]}';
  for (let size = 1; size <= whole.length; size += 1) assert.deepEqual(faults(whole.slice(0, size)), []);
  assert.deepEqual(faults('{"name": 12'), []);
  assert.deepEqual(faults('{"name": 12,'), ["name"]);
  assert.deepEqual(faults('{"tags": ["a", 3, '), ["tags[1]"]);
  assert.deepEqual(faults('{"tags": ["a"], "na'), ["tags"]);
  for (const text of ["", "   ", "no json", '{"a" "b"']) assert.ok([null, undefined].includes(partialOf(text)?.value) || text);
});

test("vectors lie on a plane so that near means alike", () => {
  const { points, share } = projectionOf([[1, 0, 0], [0.98, 0.02, 0], [0, 1, 0], [0, 0.97, 0.03]]);
  const distance = (one, other) => Math.hypot(points[one][0] - points[other][0], points[one][1] - points[other][1]);
  assert.ok(distance(0, 1) < 0.1 && distance(2, 3) < 0.1 && distance(0, 2) > 1);
  assert.ok(share > 0.99 && share <= 1);
  assert.equal(projectionOf([[1, 2], [1, 2], [1, 2]]), null);
  assert.equal(projectionOf([[1, 2], [1, 2, 3], [3, 4]]), null);
  assert.equal(projectionOf([[1e308, 2], [-1e308, 2], [1, 2]]), null);
});

test("JSON that broke off says how far it went, and the paths of what is wrong or missing in it", () => {
  const schema = { type: "object", properties: { people: { type: "array", items: PERSON }, total: { type: "integer" } }, required: ["people", "total"] };
  const said = (text) => verdictOf(text, schema, false).parts.map((part) => (typeof part === "string" ? part : part.map(({ path }) => path).join()));
  assert.deepEqual(said('{"people": [{"name": "x"},\n {"name": "Ja'), [
    "It ends before it is whole: at line 2, column 14, in people[1].name.", "What came is as the request's schema asks, as far as it goes:", "total,people[1].name",
  ]);
  assert.deepEqual(said('{"people": [{"name": "x", "age": -4}, {'), ["It ends before it is whole: at line 1, column 40, in people[1].", "What came is not as the request's schema asks:", "people[0].age"]);
  assert.deepEqual(said('{"total": 1, "people": [], "x": tr').slice(0, 1), ["It ends before it is whole: at line 1, column 33, in x."]);
  assert.deepEqual(said('{"total": "many", people: []}'), ["It is no JSON: at line 1, column 19, a name in double quotes was expected, “p” found.", "What came is not as the request's schema asks:", "total"]);
  assert.deepEqual(said("Sure! Here it is"), ["It is no JSON: at line 1, column 1, a value was expected, “S” found."]);
  assert.deepEqual(verdictOf('{"a": "b', null, false), { kind: "bad", parts: ["It ends before it is whole: at line 1, column 9, in a."] });
  assert.equal(verdictOf('{"people": [], "total": 0}', schema, false).kind, "good");
});

test("what came in one burst has no speed, and it is said why", () => {
  const view = { ...IDLE, status: 200, state: "done", firstAt: 100, lastAt: 103, stats: { output_tokens: 900, tokens_per_second: null, measured: ["ttft_ms"] } };
  const speed = (changes, streamed = true) => allFiguresOf({ view: { ...view, ...changes }, reader: { records: 0 }, tape: { bytes: 0 }, asked: { streamed } }).find(({ name }) => name === "speed");
  assert.deepEqual(speed({}), { name: "speed", value: "not measured: all of it came within 3 ms", measured: null });
  assert.deepEqual(speed({}, false), { name: "speed", value: "not measured: the answer came whole", measured: null });
  assert.equal(speed({ lastAt: 900 }), undefined);
  assert.deepEqual(speed({ stats: { ...view.stats, tokens_per_second: 80 } }), { name: "speed", value: "80 tokens/s", measured: false });
});

test("a run that waits tells for how long, once there is something to tell", () => {
  const texts = [999, 1000, 119_999, 185_000].map((ms) => waitOf(ms).map(({ value }) => value));
  assert.deepEqual(texts, [[], ["1 s"], ["119 s"], ["3 min 5 s"]]);
});

test("JSON has colours by what its parts are, also where it breaks off, and no letter of it is lost", () => {
  const json = '{\n  "a: \\"b": [1.5e3, -2, true, null],\n  "c": "x", "d": "bro';
  const parts = partsOf(json);
  assert.equal(parts.map(({ text }) => text).join(""), json);
  const kinds = parts.filter(({ kind }) => kind).map(({ kind, text }) => [kind, text]);
  assert.deepEqual(kinds, [
    ["name", '"a: \\"b"'], ["number", "1.5e3"], ["number", "-2"], ["word", "true"], ["word", "null"], ["name", '"c"'], ["text", '"x"'], ["name", '"d"'], ["text", '"bro'],
  ]);
});
