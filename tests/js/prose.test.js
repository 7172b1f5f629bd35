import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";

import { hasMarkup, wordsOf } from "../../static/js/lib/prose.js";

const BUNDLE = new URL("../../static/vendor/markdown.js", import.meta.url);

for (const block of [
  "# Title", "a **bold** word", "an `x`", "- item", "+ item", "12. item", "3) item", "> said", "a\n===", "a\n---", "| a | b |", "    code", "\tcode", "two\nlines  \nbroken",
  "~~gone~~", "~~~\ncode\n~~~", "<br>", "a &amp; b", "[a](https://example.com)", "![a](b)", "snake_case", "a\\*b",
]) {
  test(`${JSON.stringify(block)} may mean something`, () => assert.ok(hasMarkup(block)));
}

test("prose is taken for prose, and read as the reader of markdown reads it", { skip: !existsSync(BUNDLE) && "the reader of markdown is not bundled" }, async () => {
  const { parse } = await (await import(BUNDLE)).load();
  const pieces = ["It's", " 5 - 3 = 2.", " (Yes!)", "\n", "a: b;", " “so”", " #1", "\n1 of 2", "\n  indented", " https://example.com/?a=1", " x+y", " - ", "…", "\n#tag", " 50 %", " $", "\r\n", "\n-5 °C"];
  let seed = 7;
  const next = (most) => (seed = (seed * 16_807) % 2_147_483_647) % most;
  let prose = 0;
  for (let round = 0; round < 4_000; round += 1) {
    const block = Array.from({ length: 1 + next(8) }, () => pieces[next(pieces.length)]).join("").trimEnd();
    if (!block.trim() || /\n\s*\n/.test(block) || hasMarkup(block)) continue;
    prose += 1;
    const tokens = parse(block);
    assert.deepEqual(tokens.map(({ type }) => type), ["paragraph_open", "inline", "paragraph_close"], block);
    const read = tokens[1].children.map(({ type, content }) => (type === "softbreak" ? "\n" : content)).join("");
    assert.equal(wordsOf(block), read, JSON.stringify(block));
  }
  assert.ok(prose > 1_000, String(prose));
});

test("the rules that were left out leave what they were about as it was said", { skip: !existsSync(BUNDLE) && "the reader of markdown is not bundled" }, async () => {
  const { parse } = await (await import(BUNDLE)).load();
  const said = (text) => parse(text).flatMap(({ children }) => children ?? []).map(({ content }) => content).join("");
  for (const text of ["[1]: https://example.com/", "<b>so</b>", "<div>\nso\n</div>", "it's -- (c)", "https://example.com"]) {
    assert.equal(said(text), text.replaceAll("\n", ""));
  }
});
