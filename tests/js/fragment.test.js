import assert from "node:assert/strict";
import { test } from "node:test";

import { nameIn } from "../../static/js/lib/fragment.js";

test("the name in a fragment is read from its percent encoding", () => {
  assert.equal(nameIn("#caf%C3%A9"), "café");
  assert.equal(nameIn(""), "");
});

test("a fragment that is no percent encoding is a name as it stands", () => {
  assert.equal(nameIn("#100%"), "100%");
  assert.equal(nameIn("#%E9"), "%E9");
});
