// The ways a request can be written in, and which of them a reader gets who prefers one.

export const WAYS = [
  ["curl", "curl"],
  ["python-openai", "Python openai"],
  ["python-ollama", "Python ollama"],
  ["python-httpx", "Python httpx"],
  ["js-openai", "JavaScript openai"],
  ["js-ollama", "JavaScript ollama"],
  ["js-fetch", "JavaScript fetch"],
  ["http", ".http"],
];
export const CHOSEN = "examples:language";
export const KEPT = "example-language";

const PLAIN = { python: "python-httpx", js: "js-fetch" };
const TITLES = new Map(WAYS);

/** The title of a way; empty for one that is not known. */
export const titleOf = (way) => TITLES.get(way) ?? "";

/**
 * The snippet a reader gets who chose `way`: that one; else the same language without a library, else curl.
 * @returns {{snippet: object, note: string}} with the sentence that says why it is another one
 */
export function choose(snippets, way) {
  const named = (name) => snippets.find((snippet) => snippet.name === name);
  const exact = named(way);
  if (exact) return { snippet: exact, note: "" };
  const snippet = named(PLAIN[way.split("-")[0]]) ?? named("curl") ?? snippets[0];
  return { snippet, note: `${titleOf(way)} cannot send this request as it is, so this is ${titleOf(snippet.name)}.` };
}

/** Asks for the snippets of requests: those wanted in the same moment in one go, and what was asked once not again. */
export class Snippets {
  #kept = new Map();
  #waiting = [];

  /** @param {(body: string) => Promise<object[][]>} ask sends the JSON of `{"requests": […]}` */
  constructor(ask) {
    this.ask = ask;
  }

  /** @param {string} text the request as JSON @returns {Promise<object[]>} */
  of(text) {
    if (!this.#kept.has(text)) {
      this.#kept.set(text, new Promise((ready, failed) => this.#waiting.push({ text, ready, failed })));
      if (this.#waiting.length === 1) queueMicrotask(() => this.#send());
    }
    return this.#kept.get(text);
  }

  async #send() {
    const sent = this.#waiting.splice(0);
    try {
      const found = await this.ask(`{"requests":[${sent.map(({ text }) => text).join(",")}]}`);
      sent.forEach(({ ready }, at) => ready(found[at]));
    } catch (error) {
      for (const { text, failed } of sent) {
        this.#kept.delete(text);
        failed(error);
      }
    }
  }
}
