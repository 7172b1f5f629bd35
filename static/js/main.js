// Loads what a page works with, once it has been painted: `site.js`, and those elements that are on the page.

const ELEMENTS = {
  "journal-filter": () => import("./elements/journal-filter.js"),
  "book-place": () => import("./elements/book-place.js"),
  "api-reference": () => import("./elements/api-reference.js"),
  "continue-reading": () => import("./elements/continue-reading.js"),
  "copy-markdown": () => import("./elements/copy-markdown.js"),
  "doc-tabs": () => import("./elements/doc-tabs.js"),
  "document-filter": () => import("./elements/document-filter.js"),
  "live-board": () => import("./elements/live-board.js"),
  "live-run": () => import("./elements/live-run.js"),
  "main > article.prose": () => import("./elements/reading-place.js"),
  "mermaid-diagram": () => import("./elements/mermaid-diagram.js"),
  "page-contents": () => import("./elements/page-contents.js"),
  "print-button": () => import("./elements/print-button.js"),
  "run-inputs": () => import("./elements/run-inputs.js"),
  "run-language": () => import("./views.js").then(() => import("./elements/run-language.js")),
  "request-playground": () => import("./elements/request-playground.js"),
  "run-panel": () => import("./views.js").then(() => import("./elements/run-panel.js")),
  "passkey-button": () => import("./elements/passkey-button.js"),
  "library-filter": () => import("./elements/library-filter.js"),
  "saved-requests": () => document.querySelector("main run-panel[data-page]") && import("./elements/saved-requests.js"),
  "team-rights": () => import("./elements/team-rights.js"),
  "self-test": () => import("./elements/self-test.js"),
};
import("./site.js");
for (const [tag, load] of Object.entries(ELEMENTS)) if (document.querySelector(tag)) load();
if (location.hash && !document.querySelector(":target")) import("./elements/loose-anchor.js");
