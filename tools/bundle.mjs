// Bundles the third-party code that pages load when they first need it, from tools/vendor/ into static/vendor/: for each library one
// small file of its name, which imports chunks named by their content. Every file is also written compressed, as the server sends it.

import { build } from "esbuild";
import { readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

import { APART, changes, loadInTurn } from "./vendor/mermaid.changes.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const to = join(here, "..", "static", "vendor");
const unfinished = `${to}.unfinished`;

// CodeMirror's styles go into the page as a style element, which the page's policy forbids; as a constructed sheet they may.
const constructedSheets = {
  name: "constructed sheets",
  setup({ onLoad }) {
    onLoad({ filter: /style-mod\.js$/ }, async ({ path }) => {
      const text = await readFile(path, "utf-8");
      const made = text.replace("!root.head && root.adoptedStyleSheets", "root.adoptedStyleSheets");
      if (made === text) throw new Error("style-mod has changed: look for where it chooses between a sheet and a style element");
      return { contents: made, loader: "js" };
    });
  },
};

// What reading tokens does without: making markup of them, rules for HTML, for finding addresses and for typography, and definitions of
// addresses, which stand in another block than what refers to them: as rules they would only make what was said vanish.
const LEFT_OUT = {
  "renderer": "class Renderer {}",
  "common/html_blocks": "",
  "common/html_re": "",
  "rules_core/linkify": "function linkify$1() {}",
  "rules_core/replacements": "function replace() {}",
  "rules_core/smartquotes": "function smartquotes() {}",
  "rules_core/strip_references": "function strip_references() {}",
  "rules_block/html_block": "function html_block() { return false; }",
  "rules_block/reference": "function reference() { return false; }",
  "rules_inline/html_inline": "function html_inline() { return false; }",
  "rules_inline/linkify": "function linkify() { return false; }",
  // And what only old browsers and plugins need.
  "esm/typeof": "",
  "esm/toPrimitive": "",
  "esm/toPropertyKey": "const toPropertyKey = (name) => name;",
};
const FOR_PLUGINS = /var lib = \{[^}]*\};/;
const chosenRules = {
  name: "chosen rules",
  setup({ onLoad }) {
    onLoad({ filter: /markdown-it\.mjs$/ }, async ({ path }) => {
      let text = await readFile(path, "utf-8");
      const leaveOut = (pattern, instead) => {
        if (!pattern.test(text)) throw new Error(`markdown-it has changed: look for where ${pattern.source} is now`);
        text = text.replace(pattern, () => instead);
      };
      for (const [name, instead] of Object.entries(LEFT_OUT)) leaveOut(new RegExp(`//#region \\S*${name}\\.\\w+\n[^]*?//#endregion`), instead);
      leaveOut(FOR_PLUGINS, "var lib;");
      return { contents: text, loader: "js" };
    });
  },
};
const PARTS = ["entities", "linkify-it", "mdurl", "punycode.js", "uc.micro"];

// What each library needs besides bundling; see the files named.
const LIBRARIES = {
  editor: { plugins: [constructedSheets] },
  markdown: { plugins: [chosenRules], alias: Object.fromEntries(PARTS.map((name) => [name, join(here, "vendor", "markdown.parts.js")])) },
  mermaid: {
    plugins: [changes],
    inject: ["styling", "breathing", "settings"].map((name) => join(here, "vendor", `mermaid.${name}.js`)),
    define: { "document.createElement": "createElement" },
    apart: APART,
    finish: loadInTurn,
  },
};

await rm(unfinished, { recursive: true, force: true });
for (const [name, { apart = [], finish, ...needs }] of Object.entries(LIBRARIES)) {
  const { metafile } = await build({
    ...needs,
    // The file itself only leads to its chunk, so that what is long is cached for good. What it may import too becomes a chunk as well.
    stdin: { contents: `export const load = () => import("./${name}.js");${apart.map((part) => `import("${part}");`).join("")}`, resolveDir: join(here, "vendor"), sourcefile: `${name}.first.js` },
    entryNames: name,
    chunkNames: "[name]-[hash]",
    outdir: unfinished,
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    target: "es2022",
    legalComments: "linked",
    logLevel: "error",
    metafile: true,
  });
  await finish?.(name, unfinished, metafile);
}
const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
for (const name of await readdir(unfinished)) {
  const content = await readFile(join(unfinished, name));
  await writeFile(join(unfinished, `${name}.gz`), gzipSync(content, { level: 9 }));
  await writeFile(join(unfinished, `${name}.br`), brotliCompressSync(content, quality));
}
await rm(to, { recursive: true, force: true });
await rename(unfinished, to);
