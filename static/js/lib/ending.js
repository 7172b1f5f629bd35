// How a run ended, said to the person who ran it: what happened, what was sent, what to do next.

import { needOf } from "./asked.js";

/**
 * @typedef {{tone: "bad" | "note", what: string, unread: string, sent: string, next: string, offersModels: boolean, offersAgain: boolean, again: string, pulls: string, help: string[], signsIn: boolean}} Ending
 * `unread` says what of the answer is not JSON, where that is not the reason itself; `again` names the button that runs the same once more, `pulls` the model that can be installed; `help` are the steps of settings help.
 * With `signsIn` it is for somebody who has yet to sign in.
 */

// Ends after which the same request would end the same way.
const IN_VAIN = new Set(["bad_json", "bad_request", "bad_message", "unknown_upstream", "unknown_endpoint", "model_not_found", "sign_in", "not_allowed"]);
// What to set so that it works, for those who run the portal.
const HELP = {
  unreachable: [
    "Start Ollama where the portal looks for it: ollama serve.",
    "If Ollama runs elsewhere, set OLLAMA_HOST to its address, such as OLLAMA_HOST=http://192.168.1.20:11434, and restart the portal.",
    "Ollama on another machine answers others only when OLLAMA_HOST=0.0.0.0 is set there.",
    "With no Ollama at all, PORTAL_EMBEDDED=always serves a small model of the portal's own.",
  ],
  unknown_upstream: [
    "For Ollama's cloud, set OLLAMA_API_KEY to a key of your account on ollama.com and restart the portal; the key stays on the server.",
    "For a server of your own, name it: PORTAL_UPSTREAMS=gpu=http://gpu.example:11434.",
  ],
  broken_protocol: [
    "Open the address of OLLAMA_HOST with /api/version behind it: an Ollama answers with its version.",
    "If a proxy stands in between, let it pass answers on as they are, without buffering or rewriting.",
  ],
};
// The same for a server that has a name of its own.
const HELP_OF_NAMED = {
  unreachable: (name) => [
    "Start what serves models there.",
    `If it is elsewhere, give its address in PORTAL_UPSTREAMS, such as PORTAL_UPSTREAMS=${name}=http://192.168.1.20:11434, and restart the portal.`,
    "An Ollama on another machine answers others only when OLLAMA_HOST=0.0.0.0 is set there.",
  ],
  broken_protocol: (name) => [`Open the address that PORTAL_UPSTREAMS gives for ${name} with /api/version behind it: an Ollama answers with its version.`, HELP.broken_protocol[1]],
};
// What these ask for is done to that model and no other: nothing is gained by another one, and much lost.
const OF_ONE_MODEL = new Set(["/api/delete", "/api/push", "/api/create", "/api/copy", "/api/pull"]);
const LIMITS = { "/api/chat": "num_predict", "/api/generate": "num_predict", "/v1/responses": "max_output_tokens" };

/** @param {import("./answering.js").Answering} run @returns {Ending | null} null while it runs, and when all went well */
export function endingOf({ view, request, asked, reader, tape, unread }) {
  const sent = sentText(request, asked, view);
  const again = request.isErrand ? "Run the example" : "Run again";
  const odd = unread ? unreadText(unread) : "";
  const card = (tone, what, next, more = {}) => ({ tone, what, unread: odd, sent: tone === "bad" ? sent : "", next, offersModels: false, offersAgain: true, again, pulls: "", help: [], signsIn: false, ...more });
  if (view.error) {
    const { code, message, hint } = view.error;
    if (request.isMeantToFail) return card("bad", message, "This example is here to show that.", { offersAgain: false });
    const isGone = code === "model_not_found" && !request.isErrand && !OF_ONE_MODEL.has(request.path);
    const isBroken = code === "broken_protocol";
    return card("bad", message, isBroken && tape.bytes ? `${hint ?? ""} ${IN_RAW}`.trim() : hint ?? "", {
      unread: isBroken ? "" : odd,
      offersModels: isGone, offersAgain: request.isErrand || !IN_VAIN.has(code), pulls: isGone ? asked.model : "", help: helpFor(code, request.upstream), signsIn: code === "sign_in",
    });
  }
  if (view.state === "cancelled") return card("note", tape.bytes ? "You stopped this run. What had come is kept." : "You stopped this run before anything came.", "");
  if (view.state === "interrupted" || view.state === "limit" || view.state === "failed") {
    return card("bad", "The run ended before the answer was whole, and nobody said why.", "Run it again.");
  }
  if (view.state === "done" && request.isErrand) return card("note", `The model “${asked.model}” is installed.`, "");
  if (view.state === "done" && reader.isCutShort) return card("note", ...cutShort(request.path), { offersAgain: false });
  if (view.state === "done" && odd) return card("note", odd, "", { unread: "" });
  return null;
}

function helpFor(code, upstream) {
  if (code === "unreachable" && upstream === "cloud") return [];
  const named = upstream && upstream !== "local" ? HELP_OF_NAMED[code] : undefined;
  return named?.(upstream) ?? HELP[code] ?? [];
}

const cutShort = (path) => [
  "The model stopped at a limit of tokens, so the answer may be cut short.",
  `Allow more with ${LIMITS[path] ?? "max_tokens"}; a full context (num_ctx) ends an answer the same way.`,
];

const MOST_SAID = 80;
const IN_RAW = "The bytes as they came are in Raw.";

/** What is not JSON, in a sentence. @param {import("./answer.js").Unread} unread */
export function unreadText({ number, text }) {
  const line = text.replace(/[\p{C}\s]+/gu, " ").trim();
  const begins = line.length > MOST_SAID ? `${line.slice(0, MOST_SAID - 1).trimEnd()}…` : line;
  return `${number ? `Record ${number} of the answer` : "The answer"} is not JSON: it begins “${begins}”. ${IN_RAW}`;
}

function sentText({ method, path, upstream }, { model }, { error }) {
  if (error && error.sent === false) return "";
  return `${method} ${path} to ${upstream || "local"}${model ? `, model ${model}` : ""}`;
}

/** The names of installed models that can serve `path`, best first. @param {{name: string, capabilities: string[]}[]} models */
export function modelsFor(path, models, most = 3) {
  const needed = needOf(path);
  const needsNone = path === "/api/show" || path.startsWith("/v1/models/");
  const able = models.filter(({ capabilities }) => needsNone || !capabilities?.length || capabilities.includes(needed));
  return able.slice(0, most).map(({ name }) => name);
}
