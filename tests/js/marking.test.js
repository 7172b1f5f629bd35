import assert from "node:assert/strict";
import { test } from "node:test";

import { inPieces, placesOf } from "../../static/js/lib/marking.js";

const words = (text, query) => placesOf(text, query).map(([start, end]) => text.slice(start, end));

const MARKED = [
  ["Set keep_alive to -1, not keepalive_x", "keep_alive", ["keep_alive", "keepalive"]],
  ["KEEP ALIVE and keep-alive", "keep_alive", ["KEEP ALIVE", "keep-alive"]],
  ["a stream, streaming, upstream", "stream", ["stream", "streaming"]],
  ["an ant and an", "an", ["an", "an"]],
  ["POST /api/chat or api chat", "/api/chat", ["api/chat", "api chat"]],
  ["日本語のテキスト", "日本", ["日本"]],
  ["Café naïve", "café naïve", ["Café", "naïve"]],
  ["שלום עולם", "שלום", ["שלום"]],
  ["nothing here", "zebra", []],
  ["a.b*c (d)", ".* ( [ \\ ^ $", []],
  ["a+b", "a+b", ["a+b"]],
];
for (const [text, query, expected] of MARKED) {
  test(`“${query}” marks ${JSON.stringify(expected)} in “${text}”`, () => assert.deepEqual(words(text, query), expected));
}

test("a query of nothing but signs, or of very much, is no fault", () => {
  assert.deepEqual(placesOf("text", ""), []);
  assert.deepEqual(placesOf("text", "\u0000 😀 ((("), []);
  assert.equal(placesOf("word ".repeat(5000), "word " + "x ".repeat(100_000)).length, 2000);
});

test("places in the joined text are places in its pieces", () => {
  assert.deepEqual(inPieces([[0, 2], [3, 7], [8, 9]], [4, 0, 4, 1]), [
    [[0, 0], [0, 2]],
    [[0, 3], [2, 3]],
    [[3, 0], [3, 1]],
  ]);
});
