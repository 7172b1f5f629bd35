import assert from "node:assert/strict";
import { test } from "node:test";

import { meantBy } from "../../static/js/lib/anchors.js";

const ANCHORS = ["caret-mark--tilde", "ollamacom", "café", "tw-ice", "t-wice", "5-safety--care", "6-economy", "7-economy"];

test("an anchor written for another site means the one of the same letters", () => {
  assert.equal(meantBy("caret-mark-tilde", ANCHORS), "caret-mark--tilde");
  assert.equal(meantBy("Ollama-Com", ANCHORS), "ollamacom");
  assert.equal(meantBy("user-content-café", ANCHORS), "café");
  assert.equal(meantBy("safety--care", ANCHORS), "5-safety--care");
});

test("where two could be meant, or none, it means nothing", () => {
  for (const fragment of ["twice", "economy", "nothing", "---", ""]) assert.equal(meantBy(fragment, ANCHORS), undefined);
});
