// Bundles the third-party code that pages load when they first need it, from tools/vendor/ into static/vendor/: for each library one
// small file of its name, which imports chunks named by their content. Every file is also written compressed, as the server sends it.

import { build } from "esbuild";
import { readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

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

// What each library needs besides bundling; see the files named.
const LIBRARIES = {
  editor: { plugins: [constructedSheets] },
  markdown: { alias: Object.fromEntries(["entities", "linkify-it", "mdurl", "punycode.js", "uc.micro"].map((name) => [name, join(here, "vendor", "markdown.parts.js")])) },
  mermaid: { inject: [join(here, "vendor", "mermaid.styling.js")], define: { "document.createElement": "createElement" } },
};

await rm(unfinished, { recursive: true, force: true });
for (const [name, needs] of Object.entries(LIBRARIES)) {
  await build({
    ...needs,
    // The file itself only leads to its chunk, so that what is long is cached for good.
    stdin: { contents: `export const load = () => import("./${name}.js");`, resolveDir: join(here, "vendor"), sourcefile: `${name}.first.js` },
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
  });
}
const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
for (const name of await readdir(unfinished)) {
  const content = await readFile(join(unfinished, name));
  await writeFile(join(unfinished, `${name}.gz`), gzipSync(content, { level: 9 }));
  await writeFile(join(unfinished, `${name}.br`), brotliCompressSync(content, quality));
}
await rm(to, { recursive: true, force: true });
await rename(unfinished, to);
