import assert from "node:assert/strict";
import { test } from "node:test";

import { furthest, isFinished } from "../../static/js/lib/place.js";

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
