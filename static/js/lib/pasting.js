// A curl command or the text of an `.http` file, pasted where a request is edited, becomes the request.

const COMMAND = /^(?:[$>%#]\s+)?(?:sudo\s+)?curl(?:\.exe)?\s/;
const LINE = /^(?:GET|POST|PUT|PATCH|DELETE|HEAD)\s+(?:https?:\/\/|\/|\{\{)\S*/;
const OPENINGS = /^(?:###|@[\w-]+\s*=|#!|Invoke-(?:RestMethod|WebRequest)\b|[A-Z_][A-Z0-9_]*=\S)/;

/** Whether a text is a request in another form than JSON. */
export function looksLikeRequest(text) {
  const first = text.split("\n").map((line) => line.trim()).find((line) => line !== "" && !/^(?:\/\/|# )/.test(line)) ?? "";
  return COMMAND.test(first) || LINE.test(first) || (OPENINGS.test(first) && /\bcurl\s|^(?:GET|POST|DELETE)\s|Invoke-/m.test(text));
}

/**
 * The request that a text stands for, as the server reads it.
 * @param {(text: string) => Promise<object>} ask what `/examples/read` answers
 * @returns {Promise<{request?: object, note: string}>} the note is the sentence for the reader
 */
export async function importRequest(text, upstream, ask) {
  const found = await ask(text).catch(() => ({ error: { message: "The portal's server cannot be reached." } }));
  if (found.error) return { note: `${found.error.message} The request is as it was.` };
  const request = found.requests.find(({ streams }) => streams !== null);
  if (!request) {
    return { note: `${found.reason ?? "No request to Ollama's API was found in the text."} The request is as it was.` };
  }
  return { request, note: [describe(found, request, upstream), unfinished(found)].filter(Boolean).join(" ") };
}

function describe({ requests }, { method, path, origin, upstream: named }, upstream) {
  const which = requests.length > 1 ? `Of the ${requests.length} requests pasted this is the first that can be sent: ${method} ${path}.` : `Pasted: ${method} ${path}.`;
  return named === "other" ? `${which} It was for ${origin}; here it goes to “${upstream}”.` : which;
}

function unfinished({ reason, runnable, requests }) {
  return runnable || requests.some(({ upstream }) => upstream === "other") ? "" : (reason ?? "");
}
