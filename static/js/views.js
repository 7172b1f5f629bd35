// Loads a part of a panel when it is first needed; a page whose panels are idle has none of them.

const VIEWS = {
  // Most answers are text, so that view comes with the answer.
  "run-answer": () => Promise.all([import("./elements/run-answer.js"), import("./elements/run-text.js")]),
  "run-text": () => import("./elements/run-text.js"),
  "run-ending": () => import("./elements/run-ending.js"),
  "run-turns": () => import("./elements/run-turns.js"),
  "run-reply": () => import("./elements/run-reply.js"),
  "run-snippets": () => import("./elements/run-snippets.js"),
  "run-tools": () => import("./elements/run-tools.js"),
  "run-data": () => import("./elements/run-data.js"),
  "run-events": () => import("./elements/run-events.js"),
  "run-raw": () => import("./elements/run-raw.js"),
  "run-figures": () => import("./elements/run-figures.js"),
  "run-menu": () => import("./elements/run-menu.js"),
  "run-compare": () => Promise.all([style("tool"), import("./elements/run-compare.js")]),
  "run-repeat": () => Promise.all([style("tool"), import("./elements/run-repeat.js")]),
  "run-history": () => Promise.all([style("tool"), import("./elements/run-history.js")]),
  "run-save": () => Promise.all([style("tool"), import("./elements/run-save.js")]),
  "run-request": () => Promise.all([style("request"), import("./elements/run-request.js")]),
  "run-editor": () => import("./elements/run-editor.js"),
  "run-form": () => import("./elements/run-form.js"),
  "run-changes": () => import("./elements/run-changes.js"),
  "run-pictures": () => import("./elements/run-pictures.js"),
  "model-picker": () => Promise.all([style("request"), import("./elements/model-picker.js")]),
};

const styled = new Map();

/** The look of some parts of a panel, whose address the page names. */
function style(name) {
  if (!styled.has(name)) {
    styled.set(name, new Promise((done) => {
      const href = document.querySelector("script[data-tool-style]").dataset[`${name}Style`];
      document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href, onload: done, onerror: done }));
    }));
  }
  return styled.get(name);
}

addEventListener("view-needed", ({ detail: { name, ready, failed } }) => VIEWS[name]?.().then(ready, failed));
