import assert from "node:assert/strict";
import { test } from "node:test";

import { modelIn, requestText, withModel } from "../../static/js/lib/asking.js";
import { differences } from "../../static/js/lib/beside.js";
import { choicesFor, firstSeats, nextSeat } from "../../static/js/lib/contest.js";
import { Running } from "../../static/js/lib/running.js";
import { besideOneAnother, dotsOf, spreadOf, spreadsOf } from "../../static/js/lib/spread.js";
import { compareTexts, likeness, wordsOf } from "../../static/js/lib/words.js";

const shown = (before, after) => compareTexts(before, after).map(({ kind, text }) => ({ same: text, gone: `[-${text}-]`, new: `{+${text}+}` })[kind]).join("");
const rest = (parts, kind) => parts.filter((part) => part.kind !== kind).map(({ text }) => text).join("");

test("two texts are compared by words, with the marks where they differ", () => {
  assert.equal(shown("The sky is blue.", "The sea is blue."), "The[- sky-]{+ sea+} is blue.");
  assert.equal(shown("", "new"), "{+new+}");
  assert.equal(shown("one", "one"), "one");
  assert.equal(shown("don't stop", "don't go"), "don't[- stop-]{+ go+}");
});

test("what a comparison leaves of each side is that side to the letter, but for the blanks of words that stayed", () => {
  const texts = ["", "a", "a  b\n\nc d", "x y z, and – naïve 漢字 🙂!", "b c\nd e f", "same same same", "same different same"];
  for (const before of texts) {
    for (const after of texts) {
      const parts = compareTexts(before, after);
      assert.equal(rest(parts, "gone"), after);
      assert.equal(rest(parts, "new").replace(/\s+/g, ""), before.replace(/\s+/g, ""));
    }
  }
});

test("long texts are compared by lines, and those that are too long not at all", () => {
  const lines = (from, to, word) => Array.from({ length: to - from }, (_, at) => `${word} ${from + at} and some more words on the line\n`).join("");
  const parts = compareTexts(`${lines(0, 300, "old")}x\n${lines(0, 300, "a")}`, `${lines(0, 300, "new")}x\n${lines(0, 300, "b")}`);
  assert.ok(parts.some(({ kind, text }) => kind === "same" && text === "x\n"));
  assert.equal(compareTexts(lines(0, 3000, "old"), lines(0, 3000, "new")), null);
});

test("the likeness of two answers is the share of words that stayed", () => {
  assert.equal(likeness(compareTexts("a b c d", "a b c d")), 1);
  assert.equal(likeness(compareTexts("a b c d", "a b x y")), 0.5);
  assert.deepEqual(wordsOf("a  b.c, 1.5"), ["a", "  b.c", ",", " 1.5"]);
});

test("a spread has the least, the middle, the 95th and the most", () => {
  assert.deepEqual(spreadOf([4, 1, 3, 2]), { count: 4, min: 1, median: 2.5, p95: 3.8499999999999996, max: 4 });
  assert.deepEqual(spreadOf([7]), { count: 1, min: 7, median: 7, p95: 7, max: 7 });
  assert.equal(spreadOf([]), null);
  assert.deepEqual(spreadsOf([{ ttft_ms: 5, load_ms: null }, { ttft_ms: 7 }]).map(({ id, values }) => [id, values]), [["ttft_ms", [5, 7]]]);
});

test("dots that would cover one another stand in further rows", () => {
  assert.deepEqual(dotsOf([0, 100, 100, 50], { min: 0, max: 100 }, 100), [{ x: 0, row: 0 }, { x: 50, row: 0 }, { x: 100, row: 0 }, { x: 100, row: 1 }]);
  assert.deepEqual(dotsOf([3, 3], { min: 3, max: 3 }, 100), [{ x: 50, row: 0 }, { x: 50, row: 1 }]);
});

test("side by side the best of each figure is marked, unless it is shared or nobody's wish", () => {
  const rows = besideOneAnother([{ ttft_ms: 100, tokens_per_second: 40, output_tokens: 9 }, null, { ttft_ms: 100, tokens_per_second: 8.25, output_tokens: 5 }]);
  assert.deepEqual(rows.map(({ name, cells }) => [name, ...cells.map(({ text, best }) => text + (best ? "*" : ""))]), [
    ["first token", "100 ms", "", "100 ms"],
    ["speed", "40 tokens/s*", "", "8.3 tokens/s"],
    ["output tokens", "9", "", "5"],
  ]);
});

const UPSTREAMS = [
  { name: "local", state: "up", models: [{ name: "embed:1b", capabilities: ["embedding"] }, { name: "small:1b", capabilities: ["completion"] }, { name: "big:9b", capabilities: ["completion"], loaded: true }] },
  { name: "gpu", state: "up", models: [{ name: "small:1b", capabilities: [] }] },
];
const seat = (upstream, model) => ({ upstream, model });

test("those are offered that can do the job, the documented one first and the loaded before the others", () => {
  const choices = choicesFor("/api/chat", UPSTREAMS);
  assert.deepEqual(choices.map(({ models }) => models.map(({ name }) => name)), [["big:9b", "small:1b"], ["small:1b"]]);
  assert.deepEqual(choicesFor("/api/embed", UPSTREAMS)[0].models.map(({ name }) => name), ["embed:1b"]);
  assert.deepEqual(firstSeats({ upstream: "local", model: "small:1b" }, choices), [seat("local", "small:1b"), seat("local", "big:9b")]);
  assert.deepEqual(firstSeats({ upstream: "local", model: "away" }, choices), [seat("local", "big:9b"), seat("local", "small:1b")]);
  assert.deepEqual(firstSeats({ upstream: "local", model: "embed:1b" }, choicesFor("/api/embed", UPSTREAMS.slice(0, 1))), Array(2).fill(seat("local", "embed:1b")));
  assert.deepEqual(firstSeats({ upstream: "local", model: "x" }, []), []);
  assert.deepEqual(nextSeat([seat("local", "big:9b"), seat("local", "small:1b")], choices), seat("gpu", "small:1b"));
});

test("a request is given another model to the letter of what stands around it", () => {
  const request = { upstream: "local", method: "POST", path: "/api/chat", body: '{"model": "a", "options": {"seed": 12345678901234567890}}' };
  assert.equal(modelIn(request), "a");
  assert.equal(withModel(request, "b:1").body, '{"model": "b:1", "options": {"seed": 12345678901234567890}}');
  assert.ok(requestText(request).endsWith(`"body":${request.body}}`));
  const path = { ...request, path: "/v1/models/a", body: "null" };
  assert.deepEqual([modelIn(path), withModel(path, "b").path], ["a", "/v1/models/b"]);
});

function played() {
  const said = [];
  const connection = { start: (ref, text, watcher) => Object.assign(said, { watcher, text }), attach: (run, after, watcher) => Object.assign(said, { watcher }), cancel: (run) => said.push(`cancel ${run}`) };
  const seen = [];
  const running = new Running(connection, { changed: (frame) => frame && seen.push(frame.type), ended: (view) => seen.push(view.state) });
  return { said, seen, running };
}

test("a run is followed from its request to its end", () => {
  const { said, seen, running } = played();
  running.start({ upstream: "local", method: "GET", path: "/api/tags", body: "null" }, { page: "p", example: "e" });
  assert.equal(JSON.parse(said.text).source.page, "p");
  said.watcher.accepted("r1");
  said.watcher.frame({ type: "state", state: "streaming", at: 1 });
  said.watcher.frame({ type: "end", outcome: "done", error: null, stats: {} });
  assert.deepEqual([running.id, running.live, ...seen], ["r1", false, "state", "end", "done"]);
});

test("a run stopped before the server has taken it is stopped once it has", () => {
  const { said, seen, running } = played();
  running.start({ upstream: "local", method: "GET", path: "/api/tags", body: "null" }, {});
  running.stop();
  said.watcher.accepted("r1");
  said.watcher.frame({ type: "end", outcome: "cancelled", error: null, stats: {} });
  assert.deepEqual([...seen, ...said], ["cancelled", "cancel r1"]);
});

test("a refusal is an end", () => {
  const { said, seen, running } = played();
  running.follow("r9");
  said.watcher.refused({ code: "no_such_run", message: "gone" });
  assert.deepEqual([running.view.error.message, ...seen], ["gone", "failed"]);
});

test("only where two answers differ is it laid open", () => {
  const make = (tag, attributes, ...children) => ({ tag, attributes, children });
  const [same, other] = differences([{ name: "a", text: "one two" }, { name: "b", text: "one two" }, { name: "c", text: "one three" }], make);
  assert.equal(same.attributes.open, undefined);
  assert.match(JSON.stringify(same.children[0]), /From a to b.* the same/);
  assert.equal(other.attributes.open, "");
});
