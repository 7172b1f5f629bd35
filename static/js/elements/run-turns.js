// <run-turns>: what was said in a chat before the answer. It can go on from any turn.

import { turnsOf } from "../lib/conversation.js";
import { maker } from "../lib/make.js";

const make = maker(document);
const ROLES = { user: "You", assistant: "Model", system: "System", developer: "System", tool: "Tool" };

class RunTurns extends HTMLElement {
  #turns = [];

  connectedCallback() {
    if (this.list) return;
    this.list = make("ol", { class: "turns" });
    this.append(this.list);
    this.list.addEventListener("click", ({ target }) => {
      const button = target.closest("button");
      if (!button) return;
      const detail = this.#turns.find(({ at }) => at === Number(button.dataset.at));
      this.dispatchEvent(new CustomEvent("turn-chosen", { bubbles: true, detail }));
    });
  }

  /** @param {import("../lib/answering.js").Answering} run */
  show(run) {
    this.#turns = turnsOf(run.request);
    this.list.hidden = this.#turns.length < 2;
    this.list.replaceChildren(...(this.list.hidden ? [] : this.#turns.map(turnElement)));
  }
}

function turnElement({ at, role, text, calls, pictures }) {
  const label = role === "user" ? "Edit this turn" : "Go on from this turn";
  const button = make("button", { type: "button", "data-at": at, "aria-label": `${label}: ${text.slice(0, 60)}` }, role === "user" ? "Edit" : "Go on from here");
  const head = make("p", { class: "role" }, make("span", {}, ROLES[role] ?? role), ...(role === "system" || role === "developer" ? [] : [button]));
  const called = calls.map((call) => make("p", { class: "called" }, make("code", {}, `${call.name}(${call.text})`)));
  const seen = pictures ? [make("p", { class: "hint" }, pictures === 1 ? "1 picture" : `${pictures} pictures`)] : [];
  return make("li", { "data-role": role }, head, ...(text ? [make("div", { class: "words", dir: "auto" }, text)] : []), ...called, ...seen);
}

customElements.define("run-turns", RunTurns);
