// What is changed in mermaid when it is bundled, so that a page answers while its diagrams are drawn: as it comes, mermaid and the layout
// it uses hold a telephone up for half a second and more.

import { readdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const CHUNKS = join(dirname(fileURLToPath(import.meta.url)), "../../node_modules/mermaid/dist/chunks/mermaid.core");
const FILES = /mermaid[\\/]dist[\\/](?:chunks[\\/]mermaid\.core[\\/](?:dagre|chunk)-\w+|mermaid\.core)\.mjs$|dagre[\\/](?:layout|order[\\/]index)\.js$/;
const CHANGES = [
  // It stops for breath before each step, each node and each edge (see mermaid.breathing.js); what calls a step has to wait for it then.
  [/(?<== )false(?= \? await profiler\.span\("(\w+)")/g, "(await breathe(), false)"],
  [/(?<=await )(insertMeasuredNode|insertEdgeLabel|paintLayoutNode|paintLayoutEdge)(?=\()/g, "(await breathe(), $&)"],
  [/(?<=\n +)(?:await (parser\.parse|diag\.renderer\.draw)\(|const (diagramClassDefs) = )/g, "await breathe();\n$&"],
  [/(?<=(runDagreGraphLayout|runDagreLayoutCore) = \/\* @__PURE__ \*\/ __name\()(?=\()/g, "async "],
  [/(?<=\n +)(?:runDagreGraphLayout\((measuredLayout)\.|(dagreLayout)\()/g, "await $&"],
  [/(?<=\n)function (layout|runLayout|order)(?=\(g\b)/g, "async $&"],
  [/(?<=\n +)time\('(layout)', /g, "await $&async "],
  [/(?<=\n +)time\(' {2}(runLayout)'/g, "await $&"],
  [/(?<=\n +)time\(' {4}(rank|order|position)'/g, "await breathe();\nawait $&"],
  [/(?<=\n +)(sweepLayerGraphs)\(/g, "await breathe();\n$&"],
  // It copies its settings in less time (see mermaid.settings.js).
  [/assignWithDepth_default\(\{\}, (\w+)\)/g, "copySettings($1)"],
  // Its themes, of which the default one is worked out at once, are a part by themselves.
  [/themes_default\.(default)\.getThemeVariables\(\)/g, "variablesOfDefault"],
];
const PLACES = `parse measure layout serialize insertMeasuredNode insertEdgeLabel paintLayoutNode paintLayoutEdge parser.parse diag.renderer.draw
  diagramClassDefs runDagreGraphLayout runDagreLayoutCore measuredLayout dagreLayout layout runLayout rank order position sweepLayerGraphs currentConfig default`.split(/\s+/);

const THEMES = "mermaid.themes";
const IMPORTS = /^(?:import \{[^}]*\} from "[^"]*";\s*)*/;
const SECTION = /\/\/ src\/themes\/theme-base\.js\n[^]*?(?=\/\/ src\/schemas\/)/;

// Parts that are evaluated by themselves, besides those that several diagrams share.
export const APART = [THEMES, "dompurify"];

export const changes = {
  name: "changes of mermaid",
  setup({ onLoad, onResolve, onEnd }) {
    const found = new Set();
    onLoad({ filter: FILES }, async ({ path }) => {
      let contents = await readFile(path, "utf-8");
      for (const [pattern, instead] of CHANGES) {
        for (const [, ...places] of contents.matchAll(pattern)) found.add(places.find(Boolean));
        contents = contents.replace(pattern, instead);
      }
      return { contents: contents.replace(SECTION, `import { themes_default, getThemeVariables3, variablesOfDefault } from "${THEMES}";\n`), loader: "js" };
    });
    onResolve({ filter: new RegExp(`^${THEMES}$`) }, ({ path }) => ({ path, namespace: THEMES }));
    onLoad({ filter: /./, namespace: THEMES }, async () => {
      for (const name of await readdir(CHUNKS)) {
        const text = name.endsWith(".mjs") ? await readFile(join(CHUNKS, name), "utf-8") : "";
        const section = text.match(SECTION)?.[0];
        if (!section) continue;
        const given = "export { themes_default, getThemeVariables3 };\nexport const variablesOfDefault = themes_default.default.getThemeVariables();\n";
        return { contents: `${text.match(IMPORTS)[0]}${section}${given}`, resolveDir: CHUNKS };
      }
      throw new Error("mermaid has changed: look for where its themes are now");
    });
    onEnd(() => {
      const missing = PLACES.filter((place) => !found.has(place));
      if (missing.length) throw new Error(`mermaid has changed: look for where ${missing.join(", ")} is now`);
    });
  },
};

// A long library evaluated at once holds a telephone up for a fifth of a second. So its parts are fetched together and evaluated in turn.
export async function loadInTurn(name, folder, { outputs }) {
  const parts = new Set();
  const add = (path) => {
    for (const { path: inner, kind } of outputs[path].imports) if (kind === "import-statement") add(inner);
    parts.add(path);
  };
  add(Object.keys(outputs).find((path) => basename(path).startsWith(`${name}-`) && path.endsWith(".js")));
  const addresses = JSON.stringify([...parts].map((path) => `./${basename(path)}`));
  await writeFile(join(folder, `${name}.js`), `const parts = ${addresses};
export const load = async () => {
  document.head.append(...parts.map((part) => Object.assign(document.createElement("link"), { rel: "modulepreload", href: new URL(part, import.meta.url) })));
  let last;
  for (const part of parts) {
    last = await import(part);
    await (globalThis.scheduler?.yield?.() ?? new Promise((resolve) => setTimeout(resolve)));
  }
  return last;
};
`);
}
