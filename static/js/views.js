// Loads a view of an answer when it is first needed; a page whose panels are idle has none of them.

const VIEWS = {
  // Most answers are text, so that view comes with the answer.
  "run-answer": () => Promise.all([import("./elements/run-answer.js"), import("./elements/run-text.js")]),
  "run-text": () => import("./elements/run-text.js"),
  "run-tools": () => import("./elements/run-tools.js"),
  "run-data": () => import("./elements/run-data.js"),
  "run-events": () => import("./elements/run-events.js"),
  "run-raw": () => import("./elements/run-raw.js"),
  "run-figures": () => import("./elements/run-figures.js"),
};

addEventListener("view-needed", ({ detail: { name, ready, failed } }) => VIEWS[name]?.().then(ready, failed));
