// Passkeys go between JSON and bytes without a loss, whatever the bytes are.

import assert from "node:assert/strict";
import { test } from "node:test";

import { answer, bytes, options, text } from "../../static/js/lib/passkeys.js";

test("bytes are the same after the way there and back", () => {
  for (const length of [0, 1, 2, 3, 64, 255]) {
    const made = Uint8Array.from({ length }, (_, at) => (at * 37 + 251) % 256);
    assert.deepEqual(bytes(text(made.buffer)), made);
    assert.match(text(made.buffer), /^[\w-]*$/);
  }
});

test("a browser is given bytes where the server speaks of text", () => {
  const made = options({ challenge: "AQID", user: { id: "BA", name: "ada" }, excludeCredentials: [{ id: "BQY", type: "public-key" }], timeout: 1 });
  assert.deepEqual(made.challenge, Uint8Array.of(1, 2, 3));
  assert.deepEqual(made.user, { id: Uint8Array.of(4), name: "ada" });
  assert.deepEqual(made.excludeCredentials[0].id, Uint8Array.of(5, 6));
  assert.equal(made.timeout, 1);
});

test("the server is given what the browser answers, and no part that is not there", () => {
  const buffer = Uint8Array.of(255).buffer;
  const said = answer({ id: "_w", rawId: buffer, type: "public-key", response: { clientDataJSON: buffer, signature: buffer, userHandle: null } });
  assert.deepEqual(said.response, { clientDataJSON: "_w", signature: "_w" });
  assert.equal(said.rawId, "_w");
});
