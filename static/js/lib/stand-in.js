// The model of an example may not be on the server; then the nearest that can do the job answers in its place, and the reader is told.
// An example that is meant to fail is sent as it stands: another model in its place might not.

import { requestText } from "./asking.js";
import { spanOf } from "./json.js";

/**
 * The request as it is to be sent, with a note for the reader; or the error of a server that has nobody who could answer.
 * @param {(address: string, options: object) => Promise<Response>} ask
 * @returns {Promise<{prepared?: object, note?: string, error?: object}>}
 */
export async function withStandIn(request, ask = fetch) {
  if (request.isMeantToFail) return { prepared: request, note: "" };
  try {
    const answer = await ask("/models/choice", { method: "POST", body: requestText(request) });
    const found = await answer.json();
    if (found.error) throw found.error;
    if (!found.use || isSame(found.use, found.wanted)) return { prepared: request, note: "" };
    return { prepared: replaceModel(request, found), note: `${found.wanted} is not on this server; ${found.use} answers instead.` };
  } catch (error) {
    return error?.code === undefined ? { prepared: request, note: "" } : { error };
  }
}

const isSame = (one, other) => withTag(one) === withTag(other);
const withTag = (name) => (name.includes(":") ? name : `${name}:latest`);

function replaceModel(request, { wanted, place, use }) {
  if (place === "path") return { ...request, path: request.path.slice(0, -wanted.length) + use };
  const [from, to] = spanOf(request.body, place);
  return { ...request, body: request.body.slice(0, from) + JSON.stringify(use) + request.body.slice(to) };
}
