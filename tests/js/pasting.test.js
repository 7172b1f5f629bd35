import assert from "node:assert/strict";
import { test } from "node:test";

import { importRequest, looksLikeRequest } from "../../static/js/lib/pasting.js";

test("commands and .http text look like requests; JSON and prose do not", () => {
  for (const text of ["curl x", "  $ curl -N http://x", "# list\ncurl x", "POST /api/chat\n\n{}", "GET http://x/y HTTP/1.1", "### One\nGET http://x", "@host = http://x\n\nGET {{host}}/api/tags", "M=x\ncurl http://y", "Invoke-RestMethod http://x"]) assert.ok(looksLikeRequest(text), text);
  for (const text of ["", "{}", '"curl x"', "curling is a sport", "Post it to /api/chat", '{"prompt": "curl x"}', "PUT the kettle on", "A=1"]) assert.ok(!looksLikeRequest(text), text);
});

const one = { method: "POST", path: "/api/chat", upstream: "local", origin: "http://localhost:11434", streams: "yes", body: {} };
const answer = (more) => async () => ({ kind: "curl", runnable: true, reason: null, requests: [one], ...more });

test("the first request that can be sent is taken, and the sentence says what it is", async () => {
  assert.deepEqual(await importRequest("x", "local", answer({})), { request: one, note: "Pasted: POST /api/chat." });
  const two = await importRequest("x", "local", answer({ requests: [{ ...one, streams: null }, one] }));
  assert.deepEqual(two, { request: one, note: "Of the 2 requests pasted this is the first that can be sent: POST /api/chat." });
  const other = await importRequest("x", "local", answer({ runnable: false, reason: "It goes elsewhere.", requests: [{ ...one, upstream: "other", origin: "http://x" }] }));
  assert.equal(other.note, "Pasted: POST /api/chat. It was for http://x; here it goes to “local”.");
  const open = await importRequest("x", "local", answer({ runnable: false, reason: "It needs a value for “m”." }));
  assert.equal(open.note, "Pasted: POST /api/chat. It needs a value for “m”.");
});

test("what is no request is said, and nothing is taken", async () => {
  const nothing = await importRequest("x", "local", answer({ kind: "none", runnable: false, requests: [] }));
  assert.deepEqual(nothing, { note: "No request to Ollama's API was found in the text. The request is as it was." });
  const offline = await importRequest("x", "local", async () => {
    throw new TypeError("failed");
  });
  assert.deepEqual(offline, { note: "The portal's server cannot be reached. The request is as it was." });
});
