import assert from "node:assert/strict";
import { test } from "node:test";

import { preferred, remembered } from "../../static/js/lib/tabs.js";

test("the first tab is shown until one of its group was chosen", () => {
  assert.equal(preferred(["Python", "JavaScript"], []), 0);
  assert.equal(preferred(["Python", "JavaScript"], ["Linux"]), 0);
  assert.equal(preferred(["Python", "JavaScript"], ["Linux", "JavaScript"]), 1);
});

test("of two that were chosen the later one counts", () => {
  const chosen = remembered(remembered([], "Python"), "JavaScript");
  assert.equal(preferred(["Python", "JavaScript"], chosen), 1);
  assert.equal(preferred(["Python", "JavaScript"], remembered(chosen, "Python")), 0);
});

test("what is remembered does not grow without end", () => {
  let chosen = [];
  for (let at = 0; at < 1000; at += 1) chosen = remembered(chosen, `tab ${at}`);
  assert.ok(chosen.length <= 30);
  assert.equal(chosen[0], "tab 999");
});
