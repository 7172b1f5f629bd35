import assert from "node:assert/strict";
import { test } from "node:test";

import { addressIn, readFacts, readFrames, requestOf, whenText } from "../../static/js/lib/earlier.js";
import { hrefOf, noted, unfinished } from "../../static/js/lib/reading-list.js";

test("an address asks one panel for one run, its own or a shared one", () => {
  assert.equal(addressIn("?run=abc", "#one", "one"), "/runs/abc/");
  assert.equal(addressIn("?shared=t-k&run=abc", "#one", "one"), "/shared/t-k/");
  assert.equal(addressIn("?run=../x", "#one", "one"), "/runs/..%2Fx/");
  assert.equal(addressIn("?run=abc", "#two", "one"), null);
  assert.equal(addressIn("?run=abc", "", "one"), null);
  assert.equal(addressIn("", "#one", "one"), null);
});

const answers = (...told) => {
  const asked = [];
  return { asked, ask: async (address) => { asked.push(address); return { json: async () => told.shift() }; } };
};

test("the log is asked for until the run has ended, each time after what is there", async () => {
  const { asked, ask } = answers({ frames: [{ seq: 1 }, { seq: 2 }], head: 2, ended: false }, { frames: [], head: 2, ended: false }, { frames: [{ seq: 3 }], head: 3, ended: true });
  const seen = [];
  for await (const { seq } of readFrames("/runs/a/", ask)) seen.push(seq);
  assert.deepEqual(seen, [1, 2, 3]);
  assert.deepEqual(asked.map((address) => address.split("&")[0]), ["/runs/a/log?after=0", "/runs/a/log?after=2", "/runs/a/log?after=2"]);
});

test("what the portal refuses, and a portal that does not answer, are told in words", async () => {
  await assert.rejects(readFacts("/runs/a/", answers({ error: { code: "no_such_run", message: "gone" } }).ask), { message: "gone" });
  await assert.rejects(readFacts("/runs/a/", async () => { throw new TypeError("x"); }), { code: "no_answer" });
  // A run that failed has an error of its own.
  assert.equal((await readFacts("/runs/a/", answers({ id: "a", error: { code: "refused" } }).ask)).id, "a");
});

test("the request of an earlier run is the panel's, laid out to the digit", () => {
  const request = requestOf({ upstream: "local", method: "POST", path: "/api/chat", body: '{"seed":12345678901234567890}', streams: true, created: "2026-11-25T15:00:00Z" });
  assert.equal(request.body, '{\n  "seed": 12345678901234567890\n}');
  assert.equal(requestOf({ body: "", created: "" }).body, "null");
  assert.match(whenText("2026-11-25T15:00:00Z", "en", Date.parse("2027-03-01")), /Nov 2\d, 2026/);
  assert.match(whenText("2026-11-25T15:00:00Z", "en", Date.parse("2026-12-01")), /^Nov 2\d, \d+:00:00/);
});

const place = (url, share = 0.5, title = url) => ({ url, title, anchor: "a b", share });

test("the pages that were begun are listed once each, newest first, without those read to their end", () => {
  let list = [];
  for (let at = 0; at < 20; at += 1) list = noted(list, place(`/docs/${at}/`));
  list = noted(noted(list, place("/docs/15/", 0.7)), place("/docs/19/", 1));
  assert.equal(list.length, 12);
  assert.deepEqual(unfinished(list, 2).map(({ url }) => url), ["/docs/15/", "/docs/18/"]);
  assert.equal(hrefOf(list[0]), "/docs/19/#a%20b");
});

test("what is no page of ours is not led to, whatever stands in the browser's memory", () => {
  const strange = [null, 7, place("https://example.com/"), place("//example.com/"), place("javascript:alert(1)"), { url: 5 }, place("/docs/a/")];
  assert.deepEqual(unfinished(strange, 9).map(({ url }) => url), ["/docs/a/"]);
});
