import assert from "node:assert/strict";
import { test } from "node:test";

import { faultOf, Filling } from "../../static/js/lib/filling.js";

const field = (name, kind, ...places) => ({ name, kind, places: places.map(([at, placeholder = null]) => ({ at, placeholder })) });
const BODY = JSON.stringify({ model: null, messages: [{ role: "user", content: "{a} and {b}", images: [null] }], big: 12345678901234567890n.toString() }).replace('"12345678901234567890"', "12345678901234567890");

test("values go into all their places, and leave the rest as it was written", () => {
  const filling = new Filling([field("model", "text", [["model"]]), field("a", "text", [["messages", 0, "content"], "{a}"]), field("b", "document", [["messages", 0, "content"], "{b}"])], BODY, "/api/chat");
  assert.deepEqual(filling.missing(BODY, "/api/chat"), ["model", "a", "b"]);
  let { body } = filling.give("a", "$& \"x\"", BODY, "/api/chat");
  ({ body } = filling.give("b", "two\nlines", body, "/api/chat"));
  ({ body } = filling.give("model", "7", body, "/api/chat"));
  assert.equal(JSON.parse(body).messages[0].content, '$& "x" and two\nlines');
  assert.equal(JSON.parse(body).model, "7");
  assert.match(body, /"big":12345678901234567890\}/);
  assert.deepEqual(filling.missing(body, "/api/chat"), []);
  assert.deepEqual(filling.missing(filling.give("a", "", body, "/api/chat").body, "/api/chat"), ["a"]);
});

test("a text that was an ellipsis is given once it is another, even one that holds an ellipsis", () => {
  const filling = new Filling([field("prompt", "text", [["prompt"], "..."])], '{"prompt":"..."}', "/x");
  const { body } = filling.give("prompt", "Go on...", '{"prompt":"..."}', "/x");
  assert.equal(body, '{"prompt":"Go on..."}');
  assert.deepEqual(filling.missing(body, "/x"), []);
  assert.deepEqual(filling.missing(filling.give("prompt", "", body, "/x").body, "/x"), ["prompt"]);
});

test("a name in the path is put there", () => {
  const filling = new Filling([field("name", "text", [null, "{name}"])], "null", "/v1/models/{name}");
  const given = filling.give("name", "qwen3:1.7b", "null", "/v1/models/{name}");
  assert.deepEqual(given, { body: "null", path: "/v1/models/qwen3:1.7b" });
  assert.equal(filling.give("name", "other", given.body, given.path).path, "/v1/models/other");
  assert.deepEqual(filling.missing("null", "/v1/models/{name}"), ["name"]);
});

test("a picture is base64, as an address where an address is wanted, and within one that is begun", () => {
  const picture = { type: "image/jpeg", data: "aGk=" };
  const give = (body, place) => JSON.parse(new Filling([field("photo", "image", place)], body, "/x").give("photo", picture, body, "/x").body);
  assert.deepEqual(give('{"images":[null]}', [["images", 0]]), { images: ["aGk="] });
  assert.deepEqual(give('{"image_url":{"url":null}}', [["image_url", "url"]]), { image_url: { url: "data:image/jpeg;base64,aGk=" } });
  assert.deepEqual(give('{"url":"data:image/png;base64,{photo}"}', [["url"], "{photo}"]), { url: "data:image/png;base64,aGk=" });
});

test("JSON is taken as JSON, messages also as plain words, and numbers where no text is meant", () => {
  const give = (name, kind, value) => JSON.parse(new Filling([field(name, kind, [[name]])], `{"${name}":null}`, "/x").give(name, value, `{"${name}":null}`, "/x").body)[name];
  assert.deepEqual(give("messages", "json", "Hello"), [{ role: "user", content: "Hello" }]);
  assert.deepEqual(give("messages", "json", '[{"role":"user"}]'), [{ role: "user" }]);
  assert.deepEqual(give("tools", "json", "[]"), []);
  assert.equal(give("num_ctx", "text", "4096"), 4096);
  assert.equal(give("prompt", "text", "4096"), "4096");
});

test("JSON that is none is said", () => {
  assert.equal(faultOf("[", field("tools", "json", [["tools"]])), "“tools” has to be JSON, and this is not yet.");
  assert.equal(faultOf("Hello", field("messages", "json", [["messages"]])), "");
  assert.equal(faultOf("[", field("messages", "json", [["messages"]])), "“messages” has to be JSON, and this is not yet.");
  assert.equal(faultOf("[", field("prompt", "text", [["prompt"]])), "");
});

test("where the reader took the place away, nothing is put", () => {
  const filling = new Filling([field("photo", "image", [["images", 0]])], '{"images":[null]}', "/x");
  assert.equal(filling.give("photo", { type: "image/png", data: "x" }, '{"model":"m"}', "/x").body, '{"model":"m"}');
  assert.deepEqual(filling.missing('{"model":"m"}', "/x"), []);
});
