import assert from "node:assert/strict";
import { test } from "node:test";

import { Asking, countOf, keepSelected, moveTo, notesOf, optionsOf, remember } from "../../static/js/lib/search-view.js";

const hit = (url) => ({ url, path: [[["Keep ", false], ["alive", true]]], snippet: [] });
const answer = { query: "a", total: 3, pages: [
  { title: [["Ch", true], ["at", false]], where: "api", url: "/c/", hits: [hit("/c/#1"), hit("/c/#2")] },
  { title: [["Generate", false]], where: "api", url: "/g/", hits: [hit("/g/#1")] },
] };

test("options are the hits of all pages in order, each with its page's name", () => {
  assert.deepEqual(optionsOf(answer).map(({ url, page }) => [url, page]), [["/c/#1", "Chat"], ["/c/#2", "Chat"], ["/g/#1", "Generate"]]);
});

const MOVES = [
  ["ArrowDown", 0, 3, 1], ["ArrowDown", 2, 3, 0], ["ArrowUp", 0, 3, 2], ["Home", 2, 3, 0], ["End", 0, 3, 2],
  ["PageDown", 0, 12, 5], ["PageDown", 10, 12, 11], ["PageUp", 3, 12, 0], ["a", 1, 3, null], ["ArrowDown", 0, 0, null], ["End", 0, 0, null],
];
for (const [key, at, count, to] of MOVES) {
  test(`${key} at ${at} of ${count} leads to ${to}`, () => assert.equal(moveTo(key, at, count), to));
}

test("what was selected stays selected while it is there, else what stands in its place is, or the best", () => {
  assert.equal(keepSelected(optionsOf(answer), "/g/#1", 0), 2);
  assert.equal(keepSelected(optionsOf(answer), "/gone/"), 0);
  assert.equal(keepSelected(optionsOf(answer), "/gone/", 1), 1);
  assert.equal(keepSelected(optionsOf(answer), "/gone/", 9), 2);
  assert.equal(keepSelected(optionsOf(answer), false, 1), 0);
  assert.equal(keepSelected([], null), 0);
  assert.equal(keepSelected([], "/g/#1", 2), 0);
});

test("what is unusual about an answer is said", () => {
  assert.deepEqual(notesOf(answer), []);
  assert.deepEqual(notesOf({ ...answer, indexing: { done: 3, of: 9 } }), ["Still indexing (3 of 9 pages)."]);
  assert.match(notesOf({ ...answer, indexing: { done: 0, of: 0 } })[0], /just begun/);
  assert.match(notesOf({ ...answer, instead: "chat" })[0], /“chat”/);
  assert.match(notesOf({ ...answer, is_partial: true, instead: "chat" })[0], /some of them/);
  assert.match(notesOf({ ...answer, left_out: 4 })[0], /beginning/);
});

test("the count is said in words", () => {
  assert.equal(countOf(answer), "3 matches");
  assert.equal(countOf({ query: "a", total: 1 }), "1 match");
  assert.equal(countOf({ query: "zz", total: 0 }), "Nothing was found for “zz”.");
  assert.equal(countOf({ query: " ", total: 0 }), "");
});

test("what was opened is remembered once, newest first", () => {
  const [one, two] = optionsOf(answer);
  const recent = remember(remember(remember([], one), two), one);
  assert.deepEqual(recent.map(({ url }) => url), ["/c/#1", "/c/#2"]);
  assert.deepEqual(recent[0], { url: "/c/#1", page: "Chat", where: "api", path: ["Keep alive"] });
  assert.equal(remember([1, 2, 3].map((url) => ({ url })), one, 2).length, 2);
});

function asked() {
  const waiting = new Map();
  const shown = [];
  const aborted = [];
  const asking = new Asking((text, signal) => new Promise((resolve, reject) => {
    waiting.set(text, { resolve, reject });
    signal.addEventListener("abort", () => { aborted.push(text); reject(new Error("aborted")); });
  }), (text, found) => shown.push(found.error ? [text, "error"] : text));
  return { asking, waiting, shown, aborted };
}
const settle = () => new Promise((resolve) => setTimeout(resolve));

test("an answer older than one shown is not shown", async () => {
  const { asking, waiting, shown } = asked();
  asking.ask("a");
  asking.ask("ab");
  waiting.get("ab").resolve({});
  await settle();
  waiting.get("a").resolve({});
  await settle();
  assert.deepEqual(shown, ["ab"]);
});

test("answers in between are shown, so that a slow line does not leave the reader without any", async () => {
  const { asking, waiting, shown } = asked();
  asking.ask("a");
  asking.ask("ab");
  waiting.get("a").resolve({});
  await settle();
  assert.deepEqual(shown, ["a"]);
});

test("at most two questions are on their way", async () => {
  const { asking, shown, aborted } = asked();
  for (const text of ["a", "ab", "abc", "abcd"]) asking.ask(text);
  await settle();
  assert.deepEqual(aborted, ["a", "ab"]);
  assert.deepEqual(shown, []);
});

test("a failure is shown as one, unless the question was forgotten", async () => {
  const { asking, waiting, shown } = asked();
  asking.ask("a");
  waiting.get("a").reject(new Error("gone"));
  await settle();
  assert.deepEqual(shown, [["a", "error"]]);
  asking.ask("b");
  asking.forget();
  await settle();
  assert.deepEqual(shown, [["a", "error"]]);
});
