import assert from "node:assert/strict";
import { test } from "node:test";

import { fragmentOf, requestIn } from "../../static/js/lib/link.js";

const REQUEST = { upstream: "local", method: "POST", path: "/api/chat", body: '{"seed": 12345678901234567890, "text": "größer 😀 \\n"}' };

test("a request goes through an address and comes back to the letter", async () => {
  const fragment = await fragmentOf(REQUEST);
  assert.match(fragment, /^r=[\w-]+$/);
  assert.deepEqual(await requestIn(`#${fragment}`), REQUEST);
});

test("a request with a picture fits", async () => {
  const large = { ...REQUEST, body: JSON.stringify({ images: [Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7919) % 251)).toString("base64")] }) };
  assert.deepEqual(await requestIn(await fragmentOf(large)), large);
});

test("a fragment that is none of these says nothing", async () => {
  assert.equal(await requestIn(""), null);
  assert.equal(await requestIn("#section"), null);
});

test("what cannot be read is refused: cut, of another kind, or far too large", async () => {
  const fragment = await fragmentOf(REQUEST);
  await assert.rejects(requestIn(fragment.slice(0, 30)));
  await assert.rejects(requestIn("#r=%%%"));
  await assert.rejects(requestIn("#r=AAAA"));
  await assert.rejects(requestIn(await fragmentOf({ ...REQUEST, body: " ".repeat(3_000_000) })));
});
