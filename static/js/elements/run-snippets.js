// <run-snippets way="js-fetch">: the request of its panel in one language, in place of the example as it was written.

import { requestText } from "../lib/asking.js";
import { maker } from "../lib/make.js";
import { choose, Snippets } from "../lib/snippets.js";

const make = maker(document);
const PAUSE = 250; // ms without a key before an edited request is written anew
const snippets = new Snippets(ask);

class RunSnippets extends HTMLElement {
  static observedAttributes = ["way"];
  #panel = null;
  #timer = 0;
  #asked = "";

  connectedCallback() {
    if (this.#panel) return;
    this.#panel = this.closest("run-panel");
    this.code = make("code", { class: "highlight" });
    this.note = make("p", { class: "hint", role: "status" });
    this.copy = make("button", { type: "button", class: "copy" }, "Copy");
    this.figure = make("figure", { class: "code" }, this.copy, make("pre", { tabindex: "0" }, this.code));
    this.figure.hidden = true;
    this.append(this.note, this.figure);
    this.copy.addEventListener("click", () => this.#copy());
    for (const name of ["input", "request-changed"]) this.#panel.addEventListener(name, () => this.#later());
    customElements.whenDefined("run-panel").then(() => this.#write());
  }

  attributeChangedCallback() {
    if (this.#panel) this.#write();
  }

  #later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#write(), PAUSE);
  }

  // A body that is no JSON changes nothing: what stands here is the request as it last was one.
  async #write() {
    const way = this.getAttribute("way");
    if (!way) return this.#show(null, "");
    const { upstream, method, path, body, fault } = this.#panel.request;
    if (fault) return;
    const text = requestText({ upstream, method, path, body });
    this.#asked = way + text;
    try {
      const { snippet, note } = choose(await snippets.of(text), way);
      if (this.#asked === way + text) this.#show(snippet, note);
    } catch (error) {
      if (this.#asked === way + text) this.#show(null, error.message);
    }
  }

  #show(snippet, note) {
    if (!snippet) this.#asked = "";
    this.note.textContent = note;
    this.figure.hidden = !snippet;
    for (const written of this.#panel.querySelectorAll(":scope > figure.code")) written.hidden = Boolean(snippet);
    if (!snippet) return;
    this.figure.dataset.lang = snippet.lang;
    this.code.replaceChildren(...snippet.code.map(([kind, text]) => (kind ? make("span", { class: kind }, text) : text)));
  }

  async #copy() {
    try {
      await navigator.clipboard.writeText(this.code.textContent);
      this.copy.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(this.code);
      this.copy.textContent = "Selected";
    }
    setTimeout(() => (this.copy.textContent = "Copy"), 1500);
  }
}

async function ask(body) {
  const answer = await fetch("/examples/snippets", { method: "POST", body }).catch(() => {
    throw new Error("The portal's server cannot be reached, so the example stands as it was written.");
  });
  const found = await answer.json().catch(() => ({}));
  if (!found.snippets) throw new Error(found.error?.message ?? "The server could not write this example, so it stands as it was.");
  return found.snippets;
}

customElements.define("run-snippets", RunSnippets);
