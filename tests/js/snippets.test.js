import assert from "node:assert/strict";
import { test } from "node:test";

import { choose, Snippets, WAYS } from "../../static/js/lib/snippets.js";

const named = (...names) => names.map((name) => ({ name, title: name }));

test("a reader gets the way they chose, and nothing is said", () => {
  assert.deepEqual(choose(named("curl", "python-openai"), "python-openai"), { snippet: { name: "python-openai", title: "python-openai" }, note: "" });
});

test("where a library cannot send the request, its language without it stands in, else curl, and a sentence says so", () => {
  const found = named("curl", "python-httpx", "http");
  assert.equal(choose(found, "python-openai").snippet.name, "python-httpx");
  assert.equal(choose(found, "js-ollama").snippet.name, "curl");
  assert.equal(choose(found, "js-ollama").note, "JavaScript ollama cannot send this request as it is, so this is curl.");
});

test("every way has a title", () => assert.ok(WAYS.every(([way, title]) => way && title)));

test("what is wanted in one moment is asked for in one go, and once", async () => {
  const asked = [];
  const snippets = new Snippets(async (body) => {
    asked.push(body);
    return JSON.parse(body).requests.map((request) => [request]);
  });
  assert.deepEqual(await Promise.all([snippets.of("1"), snippets.of("2"), snippets.of("1")]), [[1], [2], [1]]);
  assert.deepEqual(await snippets.of("2"), [2]);
  assert.deepEqual(asked, ['{"requests":[1,2]}']);
});

test("what could not be asked is asked again the next time", async () => {
  let works = false;
  const snippets = new Snippets(async () => {
    if (!works) throw new Error("no network");
    return [["ok"]];
  });
  await assert.rejects(snippets.of("1"), /no network/);
  works = true;
  assert.deepEqual(await snippets.of("1"), ["ok"]);
});
