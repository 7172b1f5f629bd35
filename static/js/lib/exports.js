// A run as files other programs read: HTTP text for editors, and HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/).

const ORIGINS = { local: "http://localhost:11434", cloud: "https://ollama.com" };

// The portal does not tell the browser where an upstream is, so one of the operator's is written by its name.
const urlOf = ({ upstream, path }) => `${ORIGINS[upstream] ?? `http://${upstream}`}${path}`;
const hasBody = ({ body }) => body !== "null";

/** The request, and the answer as remarks after it: what sends such a file would take anything else for a second request. @param {import("./answering.js").Answering} run */
export function httpText({ request, view, tape }) {
  const head = [`${request.method} ${urlOf(request)} HTTP/1.1`, ...(hasBody(request) ? ["Content-Type: application/json", "", request.body] : [])];
  const headers = Object.entries(view.headers ?? {}).map(([name, value]) => `${name}: ${value}`);
  const answer = view.status ? [`HTTP/1.1 ${view.status}`, ...headers, "", ...tape.text().split("\n")] : ["No answer came."];
  return [...head, "", "### The answer", ...answer.map((line) => (line ? `# ${line}` : "#")), ""].join("\n");
}

/** @param {import("./answering.js").Answering} run */
export function harText({ request, view, tape }) {
  const entry = {
    startedDateTime: new Date(request.startedAt).toISOString(),
    time: view.stats?.duration_ms ?? tape.pieces.at(-1)?.at ?? 0,
    request: harRequest(request),
    response: harResponse(view, tape),
    cache: {},
    timings: timingsOf(view),
  };
  return JSON.stringify({ log: { version: "1.2", creator: { name: "portal", version: "0.1.0" }, entries: [entry] } }, null, 2);
}

function harRequest(request) {
  const type = { name: "Content-Type", value: "application/json" };
  return {
    method: request.method, url: urlOf(request), httpVersion: "HTTP/1.1", cookies: [], queryString: [], headersSize: -1,
    headers: hasBody(request) ? [type] : [],
    bodySize: hasBody(request) ? new TextEncoder().encode(request.body).length : 0,
    ...(hasBody(request) ? { postData: { mimeType: type.value, text: request.body } } : {}),
  };
}

function harResponse({ status, headers }, tape) {
  return {
    status: status ?? 0, statusText: "", httpVersion: "HTTP/1.1", cookies: [], redirectURL: "", headersSize: -1, bodySize: tape.bytes,
    headers: Object.entries(headers ?? {}).map(([name, value]) => ({ name, value })),
    content: { size: tape.bytes, mimeType: headers?.["content-type"] ?? "", text: tape.text() },
  };
}

function timingsOf({ firstAt, lastAt }) {
  return { send: 0, wait: firstAt ?? 0, receive: firstAt === null ? 0 : lastAt - firstAt };
}
