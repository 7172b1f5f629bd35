// Loads a part of a panel when it is first needed; a page whose panels are idle has none of them.

const VIEWS = {
  // Most answers are text, so that view comes with the answer.
  "run-answer": () => Promise.all([import("./elements/run-answer.js"), import("./elements/run-text.js")]),
  "run-text": () => import("./elements/run-text.js"),
  "run-snippets": () => import("./elements/run-snippets.js"),
  "run-tools": () => import("./elements/run-tools.js"),
  "run-data": () => import("./elements/run-data.js"),
  "run-events": () => import("./elements/run-events.js"),
  "run-raw": () => import("./elements/run-raw.js"),
  "run-figures": () => import("./elements/run-figures.js"),
  "run-menu": () => import("./elements/run-menu.js"),
  "run-compare": () => Promise.all([toolStyle(), import("./elements/run-compare.js")]),
  "run-history": () => Promise.all([toolStyle(), import("./elements/run-history.js")]),
  "run-repeat": () => Promise.all([toolStyle(), import("./elements/run-repeat.js")]),
};

let styled = null;

/** The look of the tools of a panel, whose address the page names. */
function toolStyle() {
  styled ??= new Promise((done) => {
    const { toolStyle: href } = document.querySelector("script[data-tool-style]").dataset;
    const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href, onload: done, onerror: done });
    document.head.append(link);
  });
  return styled;
}

addEventListener("view-needed", ({ detail: { name, ready, failed } }) => VIEWS[name]?.().then(ready, failed));
