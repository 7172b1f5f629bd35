import assert from "node:assert/strict";
import { test } from "node:test";

import { findFault, spanOf } from "../../static/js/lib/json.js";

const FAULTS = [
  ['{\n  "a": 1,\n}', 3, 1],
  ['{"a" 1}', 1, 6],
  ["{'a': 1}", 1, 2],
  ['{"a": tru}', 1, 7],
  ['{"a": 01}', 1, 8],
  ['["a\n"]', 1, 4],
  ['{"a": "b', 1, 9],
  ['{"a": "\\x"}', 1, 8],
  ["", 1, 1],
  ["{} {}", 1, 4],
  ["[1, 2", 1, 6],
];

for (const [text, line, column] of FAULTS) {
  test(`${JSON.stringify(text)} stops being JSON at line ${line}, column ${column}`, () => {
    const fault = findFault(text);
    assert.deepEqual([fault.line, fault.column], [line, column]);
    assert.throws(() => JSON.parse(text));
  });
}

const GOOD = ["{}", "[]", " [1, -2.5e+3, \"\\u00e9\\n\", true, false, null, {\"a\": {}}] ", "0", '""', '"\\ud83d"', "\t\r\n1"];

for (const text of GOOD) {
  test(`${JSON.stringify(text)} is JSON`, () => {
    assert.equal(findFault(text), null);
    JSON.parse(text);
  });
}

test("nesting too deep to send is a fault, not a crash", () => {
  assert.match(findFault("[".repeat(100_000)).message, /too deep/);
});

test("a member is found at the top level only, whatever its name is escaped as", () => {
  const text = '{"x": {"model": "inner"}, "mod\\u0065l" : "outer", "y": [1]}';
  const [from, to] = spanOf(text, "model");
  assert.equal(text.slice(from, to), '"outer"');
  assert.equal(spanOf('{"a": 1}', "model"), null);
  assert.equal(spanOf("[1]", "model"), null);
});
