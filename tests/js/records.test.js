import assert from "node:assert/strict";
import { test } from "node:test";

import { Filtered, framingOf, MOST_LISTED, Records } from "../../static/js/lib/records.js";
import { heightOf, rowsInSight, scrollTo } from "../../static/js/lib/rows.js";
import { Tape } from "../../static/js/lib/tape.js";

function recordsOf(framing, pieces) {
  const tape = new Tape();
  pieces.forEach((text, at) => tape.push(at * 10, text));
  tape.ended = true;
  const records = new Records(tape, framing);
  records.read();
  return listOf(records);
}

const listOf = (records) => Array.from({ length: records.length }, (_, number) => records.at(number));

test("lines of NDJSON are records, each with when it came and how long after the one before", () => {
  const list = recordsOf("ndjson", ['{"a":1}\n{"b"', ":2}\r\n\n", '{"c":3}']);
  assert.deepEqual(list, [
    { at: 0, gap: 0, name: "", text: '{"a":1}' },
    { at: 10, gap: 10, name: "", text: '{"b":2}' },
    { at: 20, gap: 10, name: "", text: '{"c":3}' },
  ]);
});

test("server-sent events are records however they are cut", () => {
  const body = 'event: start\ndata: {"a":1}\n\ndata: one\ndata: two\n\n: still here\n\ndata: [DONE]\n\n';
  for (let size = 1; size <= body.length; size += 1) {
    const list = recordsOf("sse", body.match(new RegExp(`[^]{1,${size}}`, "g")));
    assert.deepEqual(list.map(({ name, text }) => [name, text]), [["start", '{"a":1}'], ["", "one\ntwo"], ["", ": still here"], ["", "[DONE]"]]);
  }
});

test("a whole body is one record", () => {
  assert.deepEqual(recordsOf("whole", ["{\n", "}\n"]).map(({ text }) => text), ["{\n}\n"]);
});

test("reading stops when it is late and goes on where it was", () => {
  const tape = new Tape();
  for (let at = 0; at < 5; at += 1) tape.push(at, `${at}\n`);
  const records = new Records(tape, "ndjson");
  assert.equal(records.read(() => true), false);
  assert.equal(records.length, 1);
  assert.equal(records.read(), true);
  assert.deepEqual(listOf(records).map(({ text }) => text), ["0", "1", "2", "3", "4"]);
});

test("what comes at once is read in parts, and nothing of it is lost", () => {
  const text = '{"a":"é"}\n'.repeat(10_000);
  const tape = new Tape();
  tape.push(1, text);
  const records = new Records(tape, "ndjson");
  assert.equal(records.read(() => true), false);
  assert.ok(records.length < 2_000);
  while (!records.read(() => true));
  assert.deepEqual([records.length, tape.text() === text, tape.bytes], [10_000, true, 110_000]);
});

test("a filter finds words in whatever case, also in the event's name, as records come", () => {
  const list = [{ name: "", text: "Paris" }, { name: "PAR", text: "" }, { name: "", text: "Rome" }];
  const filtered = new Filtered("par");
  filtered.read(list);
  list.push({ name: "", text: "compare" });
  filtered.read(list);
  assert.deepEqual(filtered.found, [0, 1, 3]);
});

test("the framing is that of the wire", () => {
  assert.deepEqual([framingOf("/api/chat", true), framingOf("/v1/responses", true), framingOf("/api/tags", false)], ["ndjson", "sse", "whole"]);
});

test("only rows in sight are laid out, and a chosen one is brought into sight", () => {
  assert.deepEqual(rowsInSight(28 * 50_000, 280, 28, 100_000), { from: 49_994, to: 50_016, at: 49_994 * 28 });
  assert.deepEqual(rowsInSight(0, 280, 28, 3), { from: 0, to: 3, at: 0 });
  assert.deepEqual(rowsInSight(1e9, 280, 28, 3), { from: 0, to: 3, at: 0 });
  assert.equal(scrollTo(0, 500, 280, 28, 100), 0);
  assert.equal(scrollTo(99, 0, 280, 28, 100), 100 * 28 - 280);
  assert.equal(scrollTo(5, 0, 280, 28, 100), 0);
});

test("every row of a list taller than a browser can lay out is within reach", () => {
  const [height, size, count] = [280, 28, 1_000_000];
  const lowest = heightOf(size, count) - height;
  assert.ok(lowest < 10_000_000);
  for (const row of [0, 1, 499_999, 999_998, 999_999]) {
    const top = scrollTo(row, row > 5 ? 0 : lowest, height, size, count);
    assert.ok(top >= 0 && top <= lowest + 1e-6, `${row}: ${top}`);
    const { from, to, at } = rowsInSight(top, height, size, count);
    const seen = at + (row - from) * size - top; // how far below the upper edge of the window
    assert.ok(from <= row && row < to && seen > -0.01 && seen < height - size + 0.01, `${row}: ${seen}`);
  }
});

test("what comes after a million records is counted and no more", () => {
  const tape = new Tape();
  const records = new Records(tape, "ndjson");
  tape.push(0, "{}\n".repeat(MOST_LISTED + 5));
  assert.equal(records.read(), true);
  assert.deepEqual([records.length, records.beyond], [MOST_LISTED, 5]);
});
