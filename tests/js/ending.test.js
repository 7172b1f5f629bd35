import assert from "node:assert/strict";
import { test } from "node:test";

import { Answering } from "../../static/js/lib/answering.js";
import { endingOf, modelsFor } from "../../static/js/lib/ending.js";
import { IDLE, refused } from "../../static/js/lib/view.js";

const REQUEST = { method: "POST", path: "/api/chat", upstream: "gpu", body: '{"model":"m:1b"}', streamed: true, startedAt: 0 };

function ended(view, ...texts) {
  return endedOf(REQUEST, view, ...texts);
}

function endedOf(request, view, ...texts) {
  const run = new Answering(request);
  texts.forEach((text, at) => run.take({ type: "data", at, text }));
  run.take({ type: "end" });
  run.read();
  run.view = { ...IDLE, ...view };
  return endingOf(run);
}

test("an error says what happened, what was sent and what to do", () => {
  const card = ended({ state: "failed", error: { code: "unreachable", message: "Nothing answers.", hint: "Start it." } });
  assert.deepEqual(card, { tone: "bad", what: "Nothing answers.", unread: "", sent: "POST /api/chat to gpu, model m:1b", next: "Start it.", offersModels: false, offersAgain: true, again: "Run again", pulls: "", help: card.help, signsIn: false });
  assert.match(card.help.join(" "), /PORTAL_UPSTREAMS=gpu=http/);
});

test("what to set is that server's own setting", () => {
  const helpOf = (upstream) => endedOf({ ...REQUEST, upstream }, { state: "failed", error: { code: "unreachable", message: "", hint: "" } }).help.join(" ");
  assert.match(helpOf("local"), /set OLLAMA_HOST/);
  assert.match(helpOf("spare"), /PORTAL_UPSTREAMS=spare=/);
  assert.equal(helpOf("cloud"), "");
});

test("a model that is not there offers those that are, and not the same again", () => {
  const card = ended({ state: "failed", error: { code: "model_not_found", message: "", hint: "" } });
  assert.deepEqual([card.offersModels, card.offersAgain, card.pulls], [true, false, "m:1b"]);
});

for (const [method, path] of [["DELETE", "/api/delete"], ["POST", "/api/push"]]) {
  test(`${path} of a model that is not there offers no other`, () => {
    const card = endedOf({ ...REQUEST, method, path }, { state: "failed", error: { code: "model_not_found", message: "", hint: "" } });
    assert.deepEqual([card.offersModels, card.pulls], [false, ""]);
  });
}

test("an example that is meant to fail says so, and offers no way round it", () => {
  const card = endedOf({ ...REQUEST, isMeantToFail: true }, { state: "failed", error: { code: "model_not_found", message: "Gone.", hint: "Install it." } });
  assert.deepEqual([card.what, card.next, card.offersModels, card.pulls], ["Gone.", "This example is here to show that.", false, ""]);
});

test("what was not sent is not said to have been sent", () => {
  const card = ended(refused(IDLE, { code: "bad_json", message: "The body is not JSON." }));
  assert.deepEqual([card.sent, card.offersAgain], ["", false]);
});

test("a stop is said without blame, and whether something was kept", () => {
  assert.match(ended({ state: "cancelled" }).what, /before anything came/);
  const card = ended({ state: "cancelled" }, '{"message":{"content":"x"}}\n');
  assert.match(card.what, /is kept/);
  assert.equal(card.tone, "note");
});

for (const state of ["interrupted", "limit", "failed"]) {
  test(`${state} without a word is an end in words`, () => assert.match(ended({ state }).what, /before the answer was whole/));
}

test("an answer cut at its limit of tokens says how to allow more", () => {
  assert.match(ended({ state: "done" }, '{"done":true,"done_reason":"length"}\n').next, /num_predict/);
  assert.equal(ended({ state: "done" }, '{"done":true,"done_reason":"stop"}\n'), null);
});

const odd = 'Record 2 of the answer is not JSON: it begins “<html> oops”. The bytes as they came are in Raw.';
const WITH_ODD = ['{"message":{"content":"x"}}\n<html>\toops\n', '{"done":true}\n'];

test("a record that is not JSON is said beside an answer that is there, and beside what went wrong", () => {
  const note = ended({ state: "done", status: 200 }, ...WITH_ODD);
  assert.deepEqual([note.tone, note.what, note.unread], ["note", odd, ""]);
  const error = { code: "interrupted", message: "It closed.", hint: "" };
  assert.deepEqual([ended({ state: "interrupted", error }, ...WITH_ODD)].map(({ what, unread }) => [what, unread]), [["It closed.", odd]]);
  assert.equal(ended({ state: "cancelled" }, ...WITH_ODD).unread, odd);
});

test("where the server says so itself it is not said again", () => {
  const card = ended({ state: "failed", error: { code: "broken_protocol", message: "Record 2 is not JSON.", hint: "Check it." } }, ...WITH_ODD);
  assert.deepEqual([card.unread, card.next], ["", "Check it. The bytes as they came are in Raw."]);
});

test("neither a record that broke off nor the body of an error is called wrong", () => {
  assert.equal(ended({ state: "interrupted" }, '{"message":{"content":"hal').unread, "");
  assert.equal(ended({ state: "failed", status: 502, error: { code: "refused", message: "No.", hint: "" } }, "<html>\n").unread, "");
});

test("a body that is not JSON is said to be none", () => {
  assert.match(endedOf({ ...REQUEST, streamed: false }, { state: "done", status: 200 }, "<p>" + "x".repeat(500)).what, /^The answer is not JSON: it begins “<p>x{76}…”\./);
});

test("only models that can do it are offered", () => {
  const models = [{ name: "a", capabilities: ["embedding"] }, { name: "b", capabilities: ["completion"] }, { name: "c", capabilities: [] }, { name: "d", capabilities: ["image"] }];
  assert.deepEqual(modelsFor("/api/embed", models), ["a", "c"]);
  assert.deepEqual(modelsFor("/v1/chat/completions", models), ["b", "c"]);
  assert.deepEqual(modelsFor("/v1/images/generations", models), ["c", "d"]);
  assert.deepEqual(modelsFor("/api/show", models), ["a", "b", "c"]);
});
