// A request as it is sent, and the model in it.

import { spanOf } from "./json.js";

/** The body goes into the message as it was written: parsing it here would round its large numbers. */
export function requestText({ upstream, method, path, body }) {
  const address = `"upstream":${JSON.stringify(upstream)},"method":${JSON.stringify(method)},"path":${JSON.stringify(path)}`;
  return `{${address},"body":${body}}`;
}

/** The model a request names, "" when none. */
export function modelIn({ path, body }) {
  const span = placeOf(body);
  if (span) return JSON.parse(body.slice(...span.at));
  return /^\/v1\/models\/(.+)/.exec(path)?.[1] ?? "";
}

/** The same request to another model. */
export function withModel(request, model) {
  const span = placeOf(request.body);
  if (span) return { ...request, body: request.body.slice(0, span.at[0]) + JSON.stringify(model) + request.body.slice(span.at[1]) };
  return { ...request, path: request.path.replace(/^(\/v1\/models\/).+/, (_, start) => start + model) };
}

function placeOf(body) {
  for (const name of ["model", "name"]) {
    const at = spanOf(body, name);
    if (at && body[at[0]] === '"') return { name, at };
  }
  return null;
}
