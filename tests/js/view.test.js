import assert from "node:assert/strict";
import { test } from "node:test";

import { figuresOf, stateText } from "../../static/js/lib/figures.js";
import { IDLE, isLive, reduce, refused } from "../../static/js/lib/view.js";

const after = (...frames) => frames.reduce(reduce, IDLE);
const STATS = { ttft_ms: 312, duration_ms: 2345, output_tokens: 40, tokens_per_second: 84.4, measured: ["ttft_ms"] };

test("a view follows the run from state to state", () => {
  const view = after({ type: "state", state: "queued", position: 3 });
  assert.equal(stateText(view), "Queued, 3 in line");
  assert.ok(isLive(view));
  assert.equal(stateText(reduce(view, { type: "state", state: "waiting" })), "Waiting for the first token");
});

for (const outcome of ["done", "failed", "cancelled", "interrupted", "limit"]) {
  test(`${outcome} is an end, and said in words`, () => {
    const view = after({ type: "end", outcome, error: null, stats: STATS });
    assert.ok(!isLive(view));
    assert.match(stateText(view), /^[A-Z]/);
  });
}

test("a run that is being stopped says so until it has ended", () => {
  const stopping = { ...IDLE, state: "stopping" };
  assert.equal(reduce(stopping, { type: "state", state: "streaming" }).state, "stopping");
  assert.equal(reduce(stopping, { type: "end", outcome: "cancelled", error: null, stats: STATS }).state, "cancelled");
});

test("figures are shown in the units people read, and say which are measured", () => {
  const figures = figuresOf(after({ type: "end", outcome: "done", error: null, stats: STATS }), 0);
  assert.deepEqual(figures, [
    { name: "first token", value: "312 ms", measured: true },
    { name: "speed", value: "84 tokens/s", measured: false },
    { name: "tokens", value: 40, measured: false },
    { name: "total", value: "2.35 s", measured: false },
  ]);
});

test("while it streams the speed is that of what has arrived", () => {
  const view = after({ type: "data", at: 100 }, { type: "data", at: 600 });
  const speed = figuresOf(view, 51).find(({ name }) => name === "speed");
  assert.deepEqual(speed, { name: "speed", value: "100 tokens/s", measured: true });
});

test("a lost connection is said", () => {
  assert.match(stateText({ ...IDLE, connected: false }), /reconnecting/);
});

test("a refusal is an end with its sentence", () => {
  const view = refused(IDLE, { code: "unknown_upstream", message: "No." });
  assert.deepEqual(view.error, { code: "unknown_upstream", message: "No.", hint: "", sent: false });
  assert.equal(view.state, "failed");
});
