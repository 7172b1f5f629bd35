// <request-playground>: a panel for any request: of an endpoint that is chosen, of a command that is pasted, of the address's fragment.

import { fragmentOf, requestIn } from "../lib/link.js";
import { maker, say } from "../lib/make.js";
import { endpointIn, offered, stockOf } from "../lib/offered.js";
import { importRequest } from "../lib/pasting.js";
import { startOf, wordsIn } from "../lib/starting.js";

const make = maker(document);
const STREAMS = new Map([[true, "yes"], [false, "no"], [null, "never"]]);

class RequestPlayground extends HTMLElement {
  #table = { upstreams: [], endpoints: [] };

  async connectedCallback() {
    if (this.panel) return;
    this.panel = this.querySelector("run-panel");
    for (const name of ["endpoint", "upstream", "pasted", "read", "copy"]) this[name] = this.querySelector(`[name=${name}]`);
    this.said = this.querySelector(".said");
    await customElements.whenDefined("run-panel");
    this.endpoint.addEventListener("change", () => this.#turnTo(this.endpoint.value));
    this.upstream.addEventListener("change", () => this.panel.write({ upstream: this.upstream.value }));
    this.read.addEventListener("click", () => this.#paste());
    this.copy.addEventListener("click", () => this.#copy());
    this.panel.addEventListener("readdressed", () => this.#follow());
    addEventListener("hashchange", () => this.#takeLink());
    await this.#ask();
    await this.#takeLink();
    this.#follow();
    this.panel.openRequest();
    this.dataset.state = "ready";
  }

  async #ask() {
    try {
      this.#table = await offered();
    } catch {
      say(this.said, "The portal's server cannot be asked what it can send. Reload the page.");
    }
    this.upstream.replaceChildren(...this.#table.upstreams.map(({ name, where }) => make("option", { value: name }, `${name}: ${where}`)));
  }

  async #takeLink() {
    const saved = new URLSearchParams(location.search).get("saved");
    if (saved) return this.#takeSaved(saved);
    try {
      const request = await requestIn(location.hash);
      if (request) this.#become(request);
      else await this.#begin();
    } catch {
      say(this.said, "This link holds no request that can be read; perhaps it was cut. Here is another request to begin with.");
    }
  }

  async #takeSaved(number) {
    try {
      await this.#go(await (await import("../lib/saved.js")).readSaved(`/library/${encodeURIComponent(number)}/`));
    } catch ({ message }) {
      say(this.said, message);
    }
  }

  // Where the page's own model is not on the server, the first that is there and can chat is the one to begin with.
  async #begin() {
    const models = await stockOf(this.panel.dataset.upstream).catch(() => []);
    const first = models.find(({ capabilities }) => capabilities.includes("completion"));
    if (first && !this.panel.isEdited && !models.some(({ name }) => name === this.panel.model)) {
      const { method, path } = this.panel.dataset;
      const endpoint = endpointIn(this.#table, method, path);
      if (endpoint) this.panel.become({ ...startOf(endpoint, { model: first.name, words: "" }), method });
    }
  }

  #become({ method, path, body, upstream }) {
    const endpoint = endpointIn(this.#table, method, path);
    this.panel.become({ method, path, body, upstream, streams: STREAMS.get(endpoint?.streams ?? null) });
  }

  #turnTo(value) {
    const [method, path] = value.split(" ");
    const endpoint = this.#table.endpoints.find((one) => one.method === method && one.path === path);
    if (!endpoint) return;
    const { body, dataset, model } = this.panel;
    this.#go({ method, ...startOf(endpoint, { model: model || this.model || "model", words: wordsIn(body.value) }), upstream: dataset.upstream });
    say(this.said, endpoint.changes_server ? "This changes the models on the server." : "");
  }

  // The address says what is here, so that a reload and the way back find it.
  async #go(request) {
    this.model = this.panel.model || this.model;
    this.#become(request);
    history.replaceState(null, "", `${location.pathname}#${await fragmentOf(request)}`);
  }

  #follow() {
    const { method, path, upstream } = this.panel.dataset;
    const found = endpointIn(this.#table, method, path);
    this.endpoint.value = found ? `${method} ${found.path}` : "";
    if (![...this.upstream.options].some((option) => option.value === upstream)) this.upstream.append(make("option", { value: upstream }, `${upstream}: not set up here`));
    this.upstream.value = upstream;
  }

  async #paste() {
    const text = this.pasted.value;
    if (!text.trim()) return say(this.said, "Nothing is pasted yet.");
    const { upstream } = this.panel.dataset;
    const ask = async (content) => (await fetch("/examples/read", { method: "POST", body: content })).json();
    const { request, note } = await importRequest(text, upstream, ask);
    say(this.said, note);
    if (!request) return;
    const goes = request.origin && request.upstream !== "other" ? request.upstream : upstream;
    this.#go({ method: request.method, path: request.path, body: request.text ?? "", upstream: goes });
    this.pasted.closest("details").open = false;
    this.panel.querySelector("button.run").focus();
  }

  async #copy() {
    const { upstream, method, path } = this.panel.dataset;
    const fragment = await fragmentOf({ upstream, method, path, body: method === "GET" ? "" : this.panel.body.value });
    const link = `${location.origin}${location.pathname}#${fragment}`;
    history.replaceState(null, "", `#${fragment}`);
    try {
      await navigator.clipboard.writeText(link);
      say(this.said, "The link with this request is copied.");
    } catch {
      say(this.said, "The link with this request is in the address bar.");
    }
  }
}

customElements.define("request-playground", RequestPlayground);
