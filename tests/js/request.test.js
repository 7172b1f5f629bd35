import assert from "node:assert/strict";
import { test } from "node:test";

import { Edit } from "../../static/js/lib/edit.js";
import { wireOf } from "../../static/js/lib/form-tools.js";
import { fieldsOf, linesText, looseText, numberText } from "../../static/js/lib/form.js";
import { diffLines } from "../../static/js/lib/line-diff.js";
import { absenceOf, choicesOf, deedsText } from "../../static/js/lib/picking.js";
import { picturesIn, withOther, withoutPicture, withPicture } from "../../static/js/lib/pictures.js";
import { startOf, wordsIn } from "../../static/js/lib/starting.js";

const PNG = { type: "image/png", base64: "iVBORw0KGgoAAAA=" };
const JPEG = { type: "image/jpeg", base64: "/9j/AAAA" };

for (const [path, body] of [
  ["/api/chat", '{"messages": [{"role": "user", "content": "What is it?"}], "options": {"seed": 12345678901234567890}}'],
  ["/api/generate", '{"prompt": "What is it?", "seed": 12345678901234567890}'],
  ["/v1/chat/completions", '{"messages": [{"role": "system", "content": "x"}, {"role": "user", "content": "What is it?"}], "seed": 12345678901234567890}'],
  ["/v1/responses", '{"input": "What is it?", "seed": 12345678901234567890}'],
  ["/v1/messages", '{"messages": [{"role": "user", "content": "What is it?"}], "seed": 12345678901234567890}'],
]) {
  test(`pictures come and go in the form of ${path}`, () => {
    const two = withPicture(path, withPicture(path, body, PNG), JPEG);
    assert.deepEqual(picturesIn(path, two).map(({ type, base64 }) => [type, base64]), [[PNG.type, PNG.base64], [JPEG.type, JPEG.base64]]);
    assert.match(two, /12345678901234567890/);
    assert.match(two, /What is it\?/);
    const other = withOther(path, two, picturesIn(path, two)[0], JPEG);
    assert.deepEqual(picturesIn(path, other).map(({ type }) => type), [JPEG.type, JPEG.type]);
    const one = withoutPicture(two, picturesIn(path, two)[0].at);
    assert.deepEqual(picturesIn(path, one).map(({ base64 }) => base64), [JPEG.base64]);
    assert.equal(picturesIn(path, withoutPicture(one, picturesIn(path, one)[0].at)).length, 0);
  });
}

test("a chat without a turn of the user's gets one for the picture", () => {
  assert.deepEqual(JSON.parse(withPicture("/api/chat", '{"model": "a"}', PNG)), { model: "a", messages: [{ role: "user", content: "", images: [PNG.base64] }] });
});

test("what is no picture is not shown as one", () => {
  assert.deepEqual(picturesIn("/api/chat", '{"messages": [{"images": ["<svg onload=x>", 1, "AAAA"]}, null, "x"]}'), []);
  assert.deepEqual(picturesIn("/v1/messages", '{"messages": [{"content": [{"source": {"data": "https://elsewhere.example/x.png"}}]}]}'), []);
  assert.deepEqual(picturesIn("/api/chat", "{"), []);
  assert.deepEqual(picturesIn("/api/tags", ""), []);
});

test("lines that went, came and stayed", () => {
  const told = (before, after) => diffLines(before, after).map(({ kind, text }) => `${{ same: " ", gone: "-", new: "+" }[kind]}${text}`).join("|");
  assert.equal(told("a\nb\nc", "a\nx\nc"), " a|-b|+x| c");
  assert.equal(told("a\nb", "a\nb\nc"), " a| b|+c");
  assert.equal(told("a\nb\nc\nd", "c\na\nb\nd"), "+c| a| b|-c| d");
  assert.equal(told("same", "same"), " same");
  const many = Array.from({ length: 30_000 }, (_, at) => at);
  assert.equal(diffLines(many.join("\n"), many.toReversed().join("\n")).length, 60_000);
});

const MODELS = [
  { name: "b:1b", loaded: true, capabilities: ["completion", "vision"], parameter_size: "1B", size: 1_200_000_000, context: 131072 },
  { name: "a:latest", loaded: false, capabilities: ["completion"] },
  { name: "e", loaded: false, capabilities: ["embedding"] },
];

test("only models that can do the job are to choose from, the documented one marked", () => {
  const { choices, unable } = choicesOf(MODELS, { documented: "a", chosen: "b:1b", needs: ["completion"] });
  assert.deepEqual(choices.map(({ name, marks, isChosen }) => [name, marks, isChosen]), [["b:1b", ["in memory"], true], ["a:latest", ["documented"], false]]);
  assert.equal(unable, 1);
  assert.equal(choices[0].about, "1B · 1.2 GB · 128k context · vision");
  assert.deepEqual(choicesOf(MODELS, { documented: "", chosen: "", needs: [], find: "1b vis" }).choices.map(({ name }) => name), ["b:1b"]);
});

test("a documented model that is not there is said to be so", () => {
  const asked = { documented: "q:1b", chosen: "q:1b", instead: "b:1b", needs: ["completion"] };
  assert.equal(absenceOf(MODELS, { ...asked, documented: "a" }), "");
  assert.equal(absenceOf(MODELS, asked), "The example names q:1b, which is not on this server; b:1b answers instead.");
  assert.equal(absenceOf(MODELS, { ...asked, chosen: "a" }), "The example names q:1b, which is not on this server.");
  assert.equal(absenceOf(MODELS, { ...asked, instead: null }), "The example names q:1b, which is not on this server, and no model here can write text.");
  assert.equal(deedsText(["completion", "vision"]), "write text and see pictures");
});

test("a form has a field for every part of the shape, each filled in its own way", () => {
  const shape = {
    properties: {
      model: { type: "string", "x-as": "model" }, think: { anyOf: [{ type: "boolean" }, { type: "string", enum: ["low"] }] },
      keep_alive: { anyOf: [{ type: "string" }, { type: "number" }], default: "5m" }, options: { $ref: "#/$defs/options" }, tool_choice: { type: "object" },
    },
    required: ["model"],
    $defs: { options: { type: "object", "x-as": "options", properties: { seed: { type: "integer", default: -1 } } } },
  };
  const fields = fieldsOf(shape);
  assert.deepEqual(fields.map(({ name, as, isRequired, silence }) => [name, as, isRequired, silence]), [
    ["model", "model", true, ""], ["think", "choice", false, ""], ["keep_alive", "loose", false, "5m"], ["options", "group", false, ""], ["tool_choice", "json", false, ""],
  ]);
  assert.deepEqual(fields[1].choices, ["true", "false", '"low"']);
  assert.deepEqual(fields[3].fields.map(({ path, as }) => [path, as]), [[["options", "seed"], "number"]]);
});

test("a new tool starts as the shape of the endpoint's tools has them", () => {
  const schema = { type: "object", properties: {}, required: [] };
  const item = (properties) => fieldsOf({ properties: { tools: { type: "array", items: { $ref: "#/$defs/t" } } }, $defs: { t: { type: "object", properties } } })[0].item;
  const nested = wireOf(item({ type: {}, function: { properties: { name: {}, parameters: {} } } }));
  assert.deepEqual(nested, { start: { type: "function", function: { name: "", description: "", parameters: schema } }, inside: ["function"], schema: "parameters" });
  assert.deepEqual(wireOf(item({ type: {}, name: {}, parameters: {} })), { start: { type: "function", name: "", description: "", parameters: schema }, inside: [], schema: "parameters" });
  assert.deepEqual(wireOf(item({ name: {}, input_schema: {} })), { start: { name: "", description: "", input_schema: schema }, inside: [], schema: "input_schema" });
});

test("what is written into a field goes into the JSON as it stands", () => {
  assert.equal(numberText(" 12345678901234567890 "), "12345678901234567890");
  assert.equal(numberText("1e400"), "1e400");
  for (const wrong of ["", "01", "1.", "0x1", "NaN", "1 2"]) assert.equal(numberText(wrong), null);
  assert.equal(looseText("5m"), '"5m"');
  assert.equal(looseText("-1"), "-1");
  assert.equal(linesText("one", false), '"one"');
  assert.equal(linesText("one", true), '["one"]');
  assert.equal(linesText("one\ntwo", false), '["one","two"]');
});

test("an edit is kept while it is one, for as long as the page's request is the same", () => {
  const kept = new Map();
  const storage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value), removeItem: (key) => kept.delete(key) };
  const documented = { upstream: "local", method: "POST", path: "/api/chat", streams: "yes", body: '{"model": "a"}' };
  const edit = new Edit("k", documented, storage);
  assert.equal(edit.documented.model, "a");
  edit.keep({ ...documented, body: "{" });
  assert.equal(new Edit("k", documented, storage).read().body, "{");
  assert.deepEqual(new Edit("k", { ...documented, body: "{}" }, storage).read(), {});
  edit.keep(documented);
  assert.equal(kept.size, 0);
  kept.set("k", "not JSON");
  assert.deepEqual(edit.read(), {});
});

test("what was said goes along to another endpoint", () => {
  assert.equal(wordsIn('{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "x"}]}'), "Hi");
  assert.equal(wordsIn('{"messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}]}'), "Hi");
  assert.equal(wordsIn('{"prompt": "Hi"}'), "Hi");
  assert.equal(wordsIn("{"), "");
  const chat = startOf({ method: "POST", path: "/api/chat", body: {} }, { model: "a", words: "Hi" });
  assert.deepEqual(JSON.parse(chat.body), { model: "a", messages: [{ role: "user", content: "Hi" }] });
  assert.deepEqual(startOf({ method: "GET", path: "/v1/models/{model}", body: null }, { model: "a", words: "" }), { path: "/v1/models/a", body: "" });
});
