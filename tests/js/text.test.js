import assert from "node:assert/strict";
import { test } from "node:test";

import { Answering } from "../../static/js/lib/answering.js";
import { Blocks } from "../../static/js/lib/blocks.js";
import { cannedFor } from "../../static/js/lib/canned.js";
import { branchBody, replyBody, resultsBody, turnsOf } from "../../static/js/lib/conversation.js";
import { nodesOf, safeAddress } from "../../static/js/lib/markup.js";
import { Parts } from "../../static/js/lib/parts.js";
import { Sentences } from "../../static/js/lib/sentences.js";

const MARKDOWN = `# Title
A paragraph of
two lines.

- one
- two

  more of two

- three

\`\`\`python
def f():

    return "# no heading"
\`\`\`
After the fence.

| a | b |
|---|---|
| 1 | 2 |
`;

function blocksOf(text, size) {
  const blocks = new Blocks();
  const found = [];
  for (let at = 0; at < text.length; at += size) {
    found.push(...blocks.push(text.slice(at, at + size)));
    assert.ok((found.map((block) => block.text).join("") + blocks.rest).length >= at, "nothing is held back");
  }
  return [...found, ...blocks.end()];
}

for (const size of [1, 3, 7, 1000]) {
  test(`a text is cut where nothing later can change it, in pieces of ${size}`, () => {
    const blocks = blocksOf(MARKDOWN, size);
    assert.deepEqual(blocks.map(({ text }) => text.split("\n")[0]), ["# Title", "A paragraph of", "- one", "```python", "After the fence.", "| a | b |"]);
    assert.equal(blocks.map(({ text }) => text).join("").replace(/\s/g, ""), MARKDOWN.replace(/\s/g, ""));
  });
}

test("what is never complete is cut all the same, and what is no prose stays plain", () => {
  const list = blocksOf("- item of a list\n".repeat(2_000), 999);
  assert.ok(list.length > 5);
  assert.ok(list.every(({ text }) => text.length < 4_100));
  const fence = blocksOf(`\`\`\`js\n${"let x = 1;\n".repeat(20_000)}`, 5_000);
  assert.ok(fence.length > 2);
  assert.ok(fence.every(({ text }) => text.startsWith("```js") && text.length < 61_000));
  const long = blocksOf("x".repeat(50_000), 5_000);
  assert.ok(long.every(({ text, isPlain }) => isPlain && text.length <= 5_000), "a line without an end is handed on as it comes");
  assert.equal(long.map(({ text }) => text).join(""), "x".repeat(50_000));
});

test("around a line too long for markdown all stays what it is", () => {
  const long = "y".repeat(9_000);
  const kinds = (text) => blocksOf(text, 700).map((block) => (block.isPlain ? "plain" : block.text.split("\n")[0]));
  assert.deepEqual([...new Set(kinds(`# Title\n${long}\nA *word*.\n\nMore.`))], ["# Title", "plain", "A *word*.", "More."]);
  const fenced = `\`\`\`js\nfirst();\n${"z".repeat(70_000)}\nlast();\n\`\`\`\nAfter.\n`;
  const blocks = blocksOf(fenced, 700);
  assert.deepEqual(blocks.filter(({ isPlain }) => !isPlain).map(({ text }) => text), ["```js\nfirst();\n```\n", "```js\nlast();\n```\n", "After.\n"]);
  assert.equal(blocks.filter(({ isPlain }) => isPlain).map(({ text }) => text).join(""), `${"z".repeat(70_000)}\n`);
});

test("pieces are read a little at a time and not twice", () => {
  const list = ["abc", "", "defgh"];
  const parts = new Parts(list);
  assert.deepEqual([parts.take(2), parts.take(2), parts.take(99), parts.isOver], ["ab", "cd", "efgh", true]);
  list.push("i");
  assert.deepEqual([parts.isOver, parts.take(9)], [false, "i"]);
});

test("sentences are said whole, and at most every two seconds", () => {
  const sentences = new Sentences();
  sentences.push("One is **here**. Two is");
  assert.equal(sentences.take(0), "One is here.");
  sentences.push(" there! Three");
  assert.equal(sentences.take(1_999), "");
  assert.equal(sentences.take(2_000), "Two is there!");
  sentences.end();
  assert.equal(sentences.take(3_000), "");
  assert.equal(sentences.take(4_000), "Three");
  assert.equal(sentences.isEmpty, true);
});

// A stand-in for the page's elements, so that what is made can be read.
const make = (tag, attributes = {}, ...children) => ({ tag, attributes, children, append(...more) { this.children.push(...more); } });
const token = (type, nesting, more = {}) => ({ type, nesting, tag: "", attrs: null, content: "", ...more });
const inline = (...children) => token("inline", 0, { children });
const text = (content) => token("text", 0, { content });

test("an answer's headings are none of the page's, and its texts are texts", () => {
  const [heading] = nodesOf([token("heading_open", 1, { tag: "h1" }), inline(text("<b>Hi</b>")), token("heading_close", -1)], make);
  assert.deepEqual([heading.tag, heading.attributes.class, heading.children], ["p", "part", ["<b>Hi</b>"]]);
});

for (const address of ["javascript:alert(1)", " javascript:alert(1)", "data:text/html,x", "//example.com/", "/local", "vbscript:x", "https://", "JaVaScRiPt:x", "file:///etc/passwd", "blob:https://a/b"]) {
  test(`a link to ${address} leads nowhere`, () => {
    assert.equal(safeAddress(address), null);
    const [link] = nodesOf([token("link_open", 1, { attrs: [["href", address]] }), text("here"), token("link_close", -1)], make);
    assert.deepEqual([link.tag, link.children], ["span", ["here"]]);
  });
}

test("pictures are named and not loaded", () => {
  const [picture] = nodesOf([inline(token("image", 0, { content: "a cat", attrs: [["src", "https://example.com/cat.png"]] }))], make);
  assert.equal(picture.tag, "span");
  assert.deepEqual([picture.children[0].tag, picture.children[0].attributes.href], ["a", "https://example.com/cat.png"]);
});

const asked = (path, body) => ({ path, body: JSON.stringify(body), method: "POST", upstream: "local", streamed: true, startedAt: 0 });

function answered(path, body, ...records) {
  const run = new Answering(asked(path, body));
  const cut = path.startsWith("/api/") ? (record) => `${JSON.stringify(record)}\n` : (record) => `data: ${JSON.stringify(record)}\n\n`;
  run.take({ type: "data", at: 1, text: records.map(cut).join("") });
  run.take({ type: "end" });
  run.read();
  return run;
}

const WEATHER = { id: "call_1", function: { name: "get_weather", arguments: { city: "Paris" } } };

test("a native chat goes on with the result of a tool, and its numbers stay as they were", () => {
  const run = answered("/api/chat", {}, { message: { thinking: "Hm.", content: "", tool_calls: [WEATHER] } });
  run.request = { ...run.request, body: '{"model": "m", "messages": [{"role": "user", "content": "?", "n": 12345678901234567890}], "options": {"seed": 98765432109876543210}}' };
  const body = resultsBody(run, ["sunny"]);
  assert.match(body, /12345678901234567890/);
  assert.match(body, /98765432109876543210/);
  assert.deepEqual(JSON.parse(body).messages.slice(1), [
    { role: "assistant", content: "", thinking: "Hm.", tool_calls: [{ function: { name: "get_weather", arguments: { city: "Paris" } } }] },
    { role: "tool", tool_name: "get_weather", content: "sunny" },
  ]);
});

test("the other wires are told the result in their own forms", () => {
  const delta = { choices: [{ delta: { tool_calls: [{ index: 0, id: "c1", function: { name: "f", arguments: '{"a":1}' } }] } }] };
  const openai = JSON.parse(resultsBody(answered("/v1/chat/completions", { messages: [{ role: "user", content: "?" }] }, delta), ["ok"]));
  assert.deepEqual(openai.messages.slice(1), [
    { role: "assistant", content: "", tool_calls: [{ id: "c1", type: "function", function: { name: "f", arguments: '{"a":1}' } }] },
    { role: "tool", tool_call_id: "c1", content: "ok" },
  ]);
  const item = { type: "response.output_item.added", item: { type: "function_call", id: "x", call_id: "c2", name: "f", arguments: "{}" } };
  const responses = JSON.parse(resultsBody(answered("/v1/responses", { input: "?" }, item), ["ok"]));
  assert.deepEqual(responses.input, [
    { role: "user", content: "?" },
    { type: "function_call", call_id: "c2", name: "f", arguments: "{}" },
    { type: "function_call_output", call_id: "c2", output: "ok" },
  ]);
  const block = { type: "content_block_start", index: 0, content_block: { type: "tool_use", id: "t1", name: "f", input: {} } };
  const messages = JSON.parse(resultsBody(answered("/v1/messages", { messages: [] }, block), ["ok"]));
  assert.deepEqual(messages.messages, [
    { role: "assistant", content: [{ type: "tool_use", id: "t1", name: "f", input: {} }] },
    { role: "user", content: [{ type: "tool_result", tool_use_id: "t1", content: "ok" }] },
  ]);
  assert.deepEqual(turnsOf({ path: "/v1/messages", body: JSON.stringify(messages) }).map(({ role, text: words, calls }) => [role, words, calls.length]), [["assistant", "", 1], ["tool", "ok", 0]]);
});

test("a chat goes on from its end, from any turn, or with another turn instead", () => {
  const turns = [{ role: "system", content: "Be brief." }, { role: "user", content: "One?" }, { role: "assistant", content: "1" }, { role: "user", content: "Two?" }];
  const run = answered("/api/chat", { messages: turns }, { message: { content: "2" }, done: true });
  assert.deepEqual(turnsOf(run.request).map(({ role }) => role), ["system", "user", "assistant", "user"]);
  const contents = (body) => JSON.parse(body).messages.map(({ content }) => content);
  assert.deepEqual(contents(replyBody(run, "Three?")), ["Be brief.", "One?", "1", "Two?", "2", "Three?"]);
  assert.deepEqual(contents(branchBody(run.request, 2, "Else?")), ["Be brief.", "One?", "1", "Else?"]);
  assert.deepEqual(contents(branchBody(run.request, 1, "Zero?", { instead: true })), ["Be brief.", "Zero?"]);
});

for (const body of ["", "{", '{"messages": 3}', '{"messages": {}}', '{"prompt": "x"}', "[]", "null"]) {
  test(`there are no turns in ${body || "nothing"}`, () => assert.deepEqual(turnsOf({ path: "/api/chat", body }), []));
}

test("canned results suit the tool that was called", () => {
  const [weather] = cannedFor("get_weather", '{"city": "Paris"}');
  assert.equal(JSON.parse(weather.text).city, "Paris");
  assert.equal(JSON.parse(weather.text).temperature, 22);
  assert.equal(cannedFor("add_two_numbers", '{"a": 3, "b": "4"}')[0].text, "7");
  assert.match(cannedFor("x", "not json").at(-1).text, /not available/);
});

test("an answer quicker than speech is said to be so, once, instead of being read out for minutes", () => {
  const sentences = new Sentences();
  for (let number = 0; number < 1_000; number += 1) sentences.push(`Sentence ${number} is here. `);
  const said = sentences.take(0);
  assert.match(said, /^Sentence 0 is here\. .*… The answer comes faster than it can be read out; the Text view has all of it\.$/);
  assert.ok(said.length < 2_200);
  sentences.push("And one more. ");
  sentences.end();
  assert.deepEqual([sentences.take(9_000), sentences.isEmpty], ["", true]);
});

test("how an answer went wrong is said after all that came, and once", () => {
  const sentences = new Sentences();
  sentences.push("One. Tw");
  sentences.end("It broke off.");
  sentences.end("It broke off.");
  assert.deepEqual([sentences.take(0), sentences.isEmpty], ["One. Tw It broke off.", true]);
});
