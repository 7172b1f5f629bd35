import assert from "node:assert/strict";
import { test } from "node:test";

import { nodeAt, removed, reordered, treeOf, valueOf, written } from "../../static/js/lib/json-tree.js";

const BODY = `{
  "model": "a",
  "options": {"seed": 12345678901234567890},
  "messages": [
    {"role": "user", "content": "x"}
  ]
}`;

test("every node knows where it stands", () => {
  const root = treeOf(BODY);
  const seed = nodeAt(root, ["options", "seed"]);
  assert.equal(BODY.slice(seed.from, seed.to), "12345678901234567890");
  assert.equal(valueOf(BODY, nodeAt(root, ["messages", 0, "content"])), "x");
  assert.equal(nodeAt(root, ["messages", 1]), null);
  assert.equal(nodeAt(root, ["model", "x"]), null);
  assert.equal(treeOf("{"), null);
  assert.equal(treeOf(""), null);
});

test("one value is changed and every other digit stays", () => {
  const changed = written(BODY, ["model"], '"b"');
  assert.equal(changed, BODY.replace('"a"', '"b"'));
  assert.match(written(BODY, ["messages", 0, "content"], '"y"'), /12345678901234567890/);
});

test("what is new takes the layout of what is there", () => {
  assert.equal(written('{"a": 1}', ["b"], "2"), '{"a": 1, "b": 2}');
  assert.equal(written('{\n  "a": 1\n}', ["b"], "2"), '{\n  "a": 1,\n  "b": 2\n}');
  assert.equal(written("{}", ["b"], "2"), '{"b": 2}');
  assert.equal(written('{\n  "o": {}\n}', ["o", "x"], "1"), '{\n  "o": {\n    "x": 1\n  }\n}');
  assert.equal(written('{\n  "a": 1\n}', ["o"], '{\n  "x": 1\n}'), '{\n  "a": 1,\n  "o": {\n    "x": 1\n  }\n}');
});

test("what is missing on the way is made", () => {
  assert.equal(written('{"a": 1}', ["options", "seed"], "7"), '{"a": 1, "options": {"seed": 7}}');
  assert.equal(written('{"a": 1}', ["images", 0], '"x"'), '{"a": 1, "images": ["x"]}');
  assert.equal(written('{"list": ["a"]}', ["list", 1], '"b"'), '{"list": ["a", "b"]}');
});

test("nothing is put where it cannot be", () => {
  assert.equal(written('{"a": "text"}', ["a", "b"], "1"), '{"a": "text"}');
});

test("a member goes with its comma", () => {
  assert.equal(removed('{"a": 1, "b": 2}', ["a"]), '{"b": 2}');
  assert.equal(removed('{"a": 1, "b": 2}', ["b"]), '{"a": 1}');
  assert.equal(removed('{\n  "a": 1,\n  "b": 2,\n  "c": 3\n}', ["b"]), '{\n  "a": 1,\n  "c": 3\n}');
  assert.equal(removed('{"a": 1}', ["a"]), "{}");
  assert.equal(removed('{"a": [1, 2]}', ["a", 0]), '{"a": [2]}');
  assert.equal(removed('{"a": 1}', ["b"]), '{"a": 1}');
});

test("of a name that stands twice the last counts, as in Ollama", () => {
  assert.equal(written('{"a": 1, "a": 2}', ["a"], "3"), '{"a": 1, "a": 3}');
});

test("items change places and what is between them stays", () => {
  assert.equal(reordered('{"m": [1,  22, 333]}', ["m"], [2, 0, 1]), '{"m": [333,  1, 22]}');
});

test("changed texts are JSON again, whatever is changed in them", () => {
  const paths = [["model"], ["new"], ["options", "seed"], ["options", "new"], ["messages", 0], ["messages", 1], ["messages", 0, "images", 0]];
  for (const text of [BODY, JSON.stringify(JSON.parse(BODY)), JSON.stringify(JSON.parse(BODY), null, "\t")]) {
    for (const path of paths) {
      for (const json of ['"x"', "12345678901234567890", '{\n  "a": []\n}']) {
        const made = written(text, path, json);
        assert.deepEqual(valueOf(made, nodeAt(treeOf(made), path)), JSON.parse(json));
        assert.notEqual(treeOf(removed(made, path)), null);
      }
    }
  }
});
