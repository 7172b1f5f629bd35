// What a request to an endpoint begins with, and the words that go along when a reader turns to another endpoint.

const QUESTION = "Why is the sky blue? Answer in one sentence.";

const turns = (words) => [{ role: "user", content: words }];
const BODIES = {
  "/api/chat": (model, words) => ({ model, messages: turns(words) }),
  "/api/generate": (model, prompt) => ({ model, prompt }),
  "/api/embed": (model, input) => ({ model, input }),
  "/api/embeddings": (model, prompt) => ({ model, prompt }),
  "/api/copy": (source) => ({ source, destination: "" }),
  "/api/create": (from) => ({ model: "", from, system: "" }),
  "/api/web_search": (_, query) => ({ query }),
  "/api/web_fetch": () => ({ url: "https://ollama.com" }),
  "/v1/chat/completions": (model, words) => ({ model, messages: turns(words), stream: true }),
  "/v1/completions": (model, prompt) => ({ model, prompt, stream: true }),
  "/v1/embeddings": (model, input) => ({ model, input }),
  "/v1/images/generations": (model, prompt) => ({ model, prompt, size: "512x512" }),
  "/v1/responses": (model, input) => ({ model, input, stream: true }),
  "/v1/messages": (model, words) => ({ model, max_tokens: 512, messages: turns(words), stream: true }),
};

/** @param {{method: string, path: string, body: object | null}} endpoint @returns {{path: string, body: string}} `body` is "" where it takes none */
export function startOf({ path, body }, { model, words }) {
  const made = body && (BODIES[path] ?? ((name) => ({ model: name })))(model, words || QUESTION);
  return { path: path.replace("{model}", model), body: made ? JSON.stringify(made, null, 2) : "" };
}

/** What is said in a body, to go on with in another; "" when nothing is. */
export function wordsIn(body) {
  let found;
  try {
    found = JSON.parse(body);
  } catch {
    return "";
  }
  const last = Array.isArray(found?.messages) ? found.messages.findLast((turn) => turn?.role === "user")?.content : undefined;
  const said = [found?.prompt, found?.input, found?.query, last, Array.isArray(last) ? last.find((part) => part?.text)?.text : undefined];
  return said.find((one) => typeof one === "string" && one) ?? "";
}
