// <run-tools>: the tools a model called, each as a card with its arguments.

import { argumentsOf } from "../lib/calls.js";
import { maker, say } from "../lib/make.js";
import { pretty } from "../lib/pretty.js";

const make = maker(document);

class RunTools extends HTMLElement {
  #run = null;

  connectedCallback() {
    if (this.list) return;
    this.list = make("ol", { class: "calls" });
    this.hint = make("p", { class: "hint" });
    this.tabIndex = 0;
    this.append(this.hint, this.list);
  }

  set run(run) {
    this.#run = run;
    this.list.replaceChildren();
  }

  refresh() {
    const { reader, live } = this.#run;
    const calls = reader.calls.list;
    this.hint.hidden = calls.length > 0;
    say(this.hint, live ? "No tool was called yet." : "The model called none of the tools it was offered.");
    calls.forEach((call, at) => this.#fill(this.list.children[at] ?? this.#card(), call));
  }

  #card() {
    const card = make("li", {}, make("p", { class: "name" }, make("code"), make("span", { class: "id" })), make("pre"));
    this.list.append(card);
    return card;
  }

  #fill(card, call) {
    const [head, body] = card.children;
    say(head.firstChild, call.name || "a tool without a name");
    say(head.lastChild, call.id);
    // What was laid out once is not laid out again for every token of another card.
    const text = argumentsOf(call);
    if (card.dataset.size === String(text.length)) return;
    card.dataset.size = text.length;
    say(body, pretty(text) || "no arguments");
  }
}

customElements.define("run-tools", RunTools);
