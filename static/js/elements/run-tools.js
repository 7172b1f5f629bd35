// <run-tools>: the tools a model called, each as a card with its arguments and room for the result the chat goes on with.

import { argumentsOf } from "../lib/calls.js";
import { cannedFor } from "../lib/canned.js";
import { resultsBody } from "../lib/conversation.js";
import { sayJson } from "../lib/json-colours.js";
import { maker, say } from "../lib/make.js";
import { pretty } from "../lib/pretty.js";

const make = maker(document);

class RunTools extends HTMLElement {
  #run = null;

  connectedCallback() {
    if (this.list) return;
    this.list = make("ol", { class: "calls" });
    this.hint = make("p", { class: "hint" });
    this.send = make("button", { type: "submit", class: "send" }, "Send and go on");
    this.next = make("p", { class: "buttons", hidden: "" }, this.send);
    this.form = make("form", {}, this.list, this.next);
    this.tabIndex = 0;
    this.append(this.hint, this.form);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#goOn();
    });
    this.form.addEventListener("input", () => this.#judge());
    this.list.addEventListener("change", (event) => this.#pick(event.target.closest("select")));
  }

  set run(run) {
    this.#run = run;
    this.list.replaceChildren();
    this.next.hidden = true;
  }

  refresh() {
    const { reader, live, asked } = this.#run;
    const calls = reader.calls.list;
    this.hint.hidden = calls.length > 0;
    say(this.hint, live ? "No tool was called yet." : "The model called none of the tools it was offered.");
    calls.forEach((call, at) => this.#fill(this.list.children[at] ?? this.#card(), call));
    if (live || !calls.length || asked.turns === null || !this.next.hidden) return;
    this.next.hidden = false;
    calls.forEach((call, at) => this.list.children[at].append(resultField(call)));
    this.#judge();
  }

  #card() {
    const card = make("li", {}, make("p", { class: "name" }, make("code"), make("span", { class: "id" })), make("pre", { class: "json" }));
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
    sayJson(body, pretty(text) || "no arguments", make);
  }

  get #results() {
    return [...this.list.querySelectorAll("textarea")].map((field) => field.value);
  }

  #judge() {
    this.send.disabled = this.#results.some((result) => !result.trim());
  }

  #pick(select) {
    if (!select) return;
    const field = select.closest("li").querySelector("textarea");
    field.value = select.value;
    this.#judge();
  }

  #goOn() {
    const body = resultsBody(this.#run, this.#results);
    if (body) this.dispatchEvent(new CustomEvent("run-asked", { bubbles: true, detail: { body } }));
  }
}

function resultField(call) {
  const name = call.name || "the tool";
  const ready = cannedFor(call.name, argumentsOf(call)).map(({ label, text }) => make("option", { value: text }, label));
  const select = make("select", { "aria-label": `Ready results for ${name}` }, make("option", { value: "" }, "Ready results"), ...ready);
  const field = make("textarea", { rows: "2", "aria-label": `Result of ${name}`, placeholder: "What the tool returns", spellcheck: "false" });
  return make("div", { class: "result" }, field, select);
}

customElements.define("run-tools", RunTools);
