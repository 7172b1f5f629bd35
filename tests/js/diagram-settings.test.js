import assert from "node:assert/strict";
import { test } from "node:test";

import { copySettings } from "../../tools/vendor/mermaid.settings.js";

test("a copy of a diagram's settings has what the settings have, in their order", () => {
  const settings = { theme: "base", deterministicIDSeed: undefined, flowchart: { curve: "basis", padding: { x: 1 } }, secure: ["a", "b"] };
  assert.deepEqual(copySettings(settings), settings);
  assert.deepEqual(Object.keys(copySettings(settings)), Object.keys(settings));
  assert.deepEqual(copySettings(undefined), {});
});

test("what is written into a copy, down to the objects within its objects, does not reach the settings", () => {
  const settings = { flowchart: { curve: "basis", padding: { x: 1 } }, secure: ["a"] };
  const copy = copySettings(settings);
  copy.flowchart.curve = "linear";
  copy.flowchart.padding.x = 2;
  copy.secure.push("b");
  assert.deepEqual(settings, { flowchart: { curve: "basis", padding: { x: 1 } }, secure: ["a"] });
});

test("of a list each value is copied once, and what is null is left out, as mermaid does it", () => {
  assert.deepEqual(copySettings({ secure: ["a", "b", "a"], width: null, er: { width: null } }), { secure: ["a", "b"], er: {} });
});

test("the theme's object becomes a plain one, and a name that means something to JavaScript stays a name", () => {
  class Theme {
    ink = "black";
  }
  const copy = copySettings(JSON.parse('{"__proto__": {"polluted": 1}}'));
  assert.equal(copy.polluted, undefined);
  assert.deepEqual(Object.keys(copy), ["__proto__"]);
  assert.deepEqual(copySettings({ themeVariables: new Theme() }), { themeVariables: { ink: "black" } });
});
