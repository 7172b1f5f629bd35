// How a run ended, said to the person who ran it: what happened, what was sent, what to do next.

/**
 * @typedef {{tone: "bad" | "plain", what: string, sent: string, next: string, offersModels: boolean, offersAgain: boolean}} Ending
 */

// Ends after which the same request would end the same way.
const IN_VAIN = new Set(["bad_json", "bad_request", "bad_message", "unknown_upstream", "unknown_endpoint", "model_not_found"]);
const CUT_SHORT = new Set(["length", "max_tokens", "max_output_tokens"]);
const LIMITS = { "/api/chat": "num_predict", "/api/generate": "num_predict", "/v1/responses": "max_output_tokens" };

/** @param {import("./answering.js").Answering} run @returns {Ending | null} null while it runs, and when all went well */
export function endingOf({ view, request, asked, reader, tape }) {
  const sent = sentText(request, asked, view);
  const card = (tone, what, next, more = {}) => ({ tone, what, sent, next, offersModels: false, offersAgain: true, ...more });
  if (view.error) {
    const { code, message, hint } = view.error;
    return card("bad", message, hint ?? "", { offersModels: code === "model_not_found", offersAgain: !IN_VAIN.has(code) });
  }
  if (view.state === "cancelled") return card("plain", tape.bytes ? "You stopped this run. What had come is kept." : "You stopped this run before anything came.", "");
  if (view.state === "interrupted" || view.state === "limit" || view.state === "failed") {
    return card("bad", "The run ended before the answer was whole, and nobody said why.", "Run it again.");
  }
  if (view.state === "done" && CUT_SHORT.has(reader.finish)) return card("plain", ...cutShort(request.path), { offersAgain: false });
  return null;
}

const cutShort = (path) => [
  "The model stopped at a limit of tokens, so the answer may be cut short.",
  `Allow more with ${LIMITS[path] ?? "max_tokens"}; a full context (num_ctx) ends an answer the same way.`,
];

function sentText({ method, path, upstream }, { model }, { error }) {
  if (error && error.sent === false) return "";
  return `${method} ${path} to ${upstream || "local"}${model ? `, model ${model}` : ""}`;
}

/** The names of installed models that can serve `path`, best first. @param {{name: string, capabilities: string[]}[]} models */
export function modelsFor(path, models, most = 3) {
  const needed = path.includes("/embed") ? "embedding" : path.includes("/images/") ? "image" : "completion";
  const needsNone = path === "/api/show" || path.startsWith("/v1/models/");
  const able = models.filter(({ capabilities }) => needsNone || !capabilities?.length || capabilities.includes(needed));
  return able.slice(0, most).map(({ name }) => name);
}
