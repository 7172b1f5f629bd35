// What a request asks for, as far as it decides how its answer is shown.

/** Where each chat keeps its turns. */
export const KEPT_IN = { "/api/chat": "messages", "/v1/chat/completions": "messages", "/v1/messages": "messages", "/v1/responses": "input" };
const COMPLETES = new Set(["/api/chat", "/api/generate", "/v1/chat/completions", "/v1/completions", "/v1/responses", "/v1/messages"]);

/**
 * @typedef {{method: string, path: string, upstream: string, body: string}} Request  `body` is JSON text, "null" for none
 * @typedef {{completes: boolean, tools: boolean, format: {schema: object | null} | null, model: string, turns: number | null}} Asked
 * `turns`: how many its chat has so far, null when it is no chat.
 */

/** @param {Request} request @returns {Asked} */
export function askedOf({ path, body }) {
  const asked = objectOf(body);
  const named = asked.model ?? asked.name ?? (path.startsWith("/v1/models/") ? path.slice("/v1/models/".length) : "");
  return {
    completes: COMPLETES.has(path),
    tools: Array.isArray(asked.tools) && asked.tools.length > 0,
    format: COMPLETES.has(path) ? formatOf(asked) : null,
    model: typeof named === "string" ? named : "",
    turns: path in KEPT_IN ? [asked[KEPT_IN[path]] ?? []].flat().length : null,
  };
}

/** What a model has to be able to do for requests to `path`, as Ollama calls it. */
export const needOf = (path) => (path.includes("/embed") ? "embedding" : path.includes("/images/") ? "image" : "completion");

function objectOf(text) {
  try {
    const value = JSON.parse(text);
    return value !== null && typeof value === "object" ? value : {};
  } catch {
    return {};
  }
}

// Native: `format`. OpenAI: `response_format`. Responses: `text.format`. Each is “any JSON” or a schema.
function formatOf({ format, response_format: wanted, text }) {
  if (format === "json") return { schema: null };
  if (isObject(format)) return { schema: format };
  const typed = isObject(wanted) ? wanted : isObject(text?.format) ? text.format : null;
  if (typed?.type === "json_object") return { schema: null };
  if (typed?.type !== "json_schema") return null;
  const schema = typed.json_schema?.schema ?? typed.schema;
  return { schema: isObject(schema) ? schema : null };
}

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
