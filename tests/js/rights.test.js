import assert from "node:assert/strict";
import { test } from "node:test";

import { whyNot } from "../../static/js/lib/rights.js";

const TOLD = { barred: { "POST /api/pull": "Not yours.", "GET /v1/models/{model}": "Nor this." } };

test("a request that is barred has its sentence, by method and path", () => {
  assert.equal(whyNot(TOLD, { method: "POST", path: "/api/pull" }), "Not yours.");
  assert.equal(whyNot(TOLD, { method: "GET", path: "/v1/models/qwen3:8b" }), "Nor this.");
});

test("what is not barred may be run", () => {
  for (const [method, path] of [["POST", "/api/pulls"], ["GET", "/api/pull"], ["GET", "/v1/models"], ["POST", "/api/chat"]]) {
    assert.equal(whyNot(TOLD, { method, path }), "");
  }
});
