import assert from "node:assert/strict";
import { test } from "node:test";

import { furthest, isFinished, readOn } from "../../static/js/lib/place.js";

const at = (url, share) => ({ url, share, title: "", anchor: "", chapter: 1, of: 2 });

test("a chapter is finished once its end was seen, and stays so", () => {
  const seen = furthest({}, at("/book/a/", 1));
  assert.ok(isFinished(seen, "/book/a/"));
  const again = furthest(seen, at("/book/a/", 0.1));
  assert.ok(isFinished(again, "/book/a/"));
  assert.equal(again.share, 0.1);
});

test("a chapter read in part is where to continue, and not finished", () => {
  const place = furthest(furthest({}, at("/book/a/", 1)), at("/book/b/", 0.4));
  assert.equal(place.url, "/book/b/");
  assert.ok(!isFinished(place, "/book/b/"));
  assert.deepEqual(place.finished, ["/book/a/"]);
});

test("nothing saved is nothing finished", () => {
  assert.ok(!isFinished({}, "/book/a/"));
});

test("reading goes on in the chapter open last, or in the next one that is not read", () => {
  const chapters = ["/book/a/", "/book/b/", "/book/c/"];
  assert.equal(readOn({}, chapters), undefined);
  const begun = furthest({}, at("/book/b/", 0.4));
  assert.equal(readOn(begun, chapters), "/book/b/");
  const read = furthest(begun, at("/book/b/", 1));
  assert.equal(readOn(read, chapters), "/book/c/");
  const last = furthest(read, at("/book/c/", 1));
  assert.equal(readOn(last, chapters), "/book/a/");
  assert.equal(readOn(furthest(last, at("/book/a/", 1)), chapters), undefined);
});
