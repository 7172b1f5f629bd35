import assert from "node:assert/strict";
import { test } from "node:test";

import { Keys, SHORTCUTS } from "../../static/js/lib/shortcuts.js";

const press = (keys, key, more = {}) => keys.press({ key, mod: false, alt: false, typing: false, at: 0, ...more });

test("a single key means what the list says", () => {
  for (const { name, keys, elsewhere } of SHORTCUTS) {
    for (const way of !elsewhere ? keys.filter((one) => !one.includes(" ") && !one.startsWith("Mod+")) : []) assert.equal(press(new Keys(), way), name);
  }
});

test("no key stands for two things", () => {
  const ways = SHORTCUTS.flatMap(({ keys }) => keys);
  assert.equal(new Set(ways).size, ways.length);
});

test("a key that goes into a field is left to the field", () => {
  for (const key of ["?", "/", "t", "g", "["]) assert.equal(press(new Keys(), key, { typing: true }), null);
});

test("search opens with ⌘ or Ctrl and K also from a field, and with capitals on", () => {
  assert.equal(press(new Keys(), "k", { mod: true, typing: true }), "search");
  assert.equal(press(new Keys(), "K", { mod: true }), "search");
});

test("with ⌘, Ctrl or Alt a single key belongs to the browser", () => {
  assert.equal(press(new Keys(), "t", { mod: true }), null);
  assert.equal(press(new Keys(), "t", { alt: true }), null);
  assert.equal(press(new Keys(), "/", { mod: true }), null);
});

test("two keys one after the other lead somewhere, unless one waits too long", () => {
  const keys = new Keys();
  assert.equal(press(keys, "g"), null);
  assert.equal(press(keys, "h", { at: 1000 }), "home");
  assert.equal(press(keys, "g", { at: 2000 }), null);
  assert.equal(press(keys, "h", { at: 4000 }), null);
});

test("a key that ends no sequence still means what it means alone", () => {
  const keys = new Keys();
  press(keys, "g");
  assert.equal(press(keys, "t", { at: 10 }), "theme");
  assert.equal(press(keys, "h", { at: 20 }), null);
});
