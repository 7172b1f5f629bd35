import assert from "node:assert/strict";
import { test } from "node:test";

import { inkOn, mix, ROLES, settingsFor } from "../../static/js/lib/diagram-look.js";

test("on a light fill the ink is dark, on a dark one light, whatever the theme", () => {
  assert.equal(inkOn("rgb(255, 153, 255)"), "#111111");
  assert.equal(inkOn("rgb(20, 30, 90)"), "#ffffff");
  assert.equal(inkOn("rgba(20, 30, 90, 0.9)"), "#ffffff");
});

test("where nothing is filled the ink stays", () => {
  assert.equal(inkOn("none"), null);
  assert.equal(inkOn("rgba(0, 0, 0, 0)"), null);
});

test("a mixture lies between its colours", () => {
  assert.equal(mix("rgb(0, 100, 200)", "rgb(100, 100, 0)", 0.5), "rgb(50, 100, 100)");
  assert.equal(mix("rgb(1, 2, 3)", "rgb(9, 9, 9)", 1), "rgb(1, 2, 3)");
});

test("every colour mermaid is given is one it can calculate with", () => {
  const colours = Object.fromEntries(ROLES.map((role, at) => [role, `rgb(${at}, ${at * 2}, ${at * 3})`]));
  const { themeVariables } = settingsFor(colours, { isDark: false, fontFamily: "serif" });
  for (const [name, value] of Object.entries(themeVariables)) {
    if (!["darkMode", "fontFamily", "fontSize"].includes(name)) assert.match(value, /^rgb\(\d+, \d+, \d+\)$/, name);
  }
});

test("what mermaid would lay out by its largest part is laid out as GitHub has it, unless the diagram says otherwise", () => {
  const colours = Object.fromEntries(ROLES.map((role) => [role, "rgb(1, 2, 3)"]));
  const settings = settingsFor(colours, { isDark: false, fontFamily: "serif" });
  for (const kind of ["flowchart", "state", "class", "er", "requirement"]) assert.deepEqual(settings[kind], { layout: "dagre" });
  assert.equal(settings.layout, undefined);
});
