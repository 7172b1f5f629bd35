// <run-ending>: how a run ended, as a card or a note: what happened, what was sent, what to do, with buttons for what can be done here.

import { endingOf, modelsFor } from "../lib/ending.js";
import { maker } from "../lib/make.js";

const make = maker(document);

class RunEnding extends HTMLElement {
  #written = null;

  /** @param {import("../lib/answering.js").Answering} run that has ended */
  show(run) {
    const ending = endingOf(run);
    const written = JSON.stringify(ending);
    if (this.#written === written) return;
    this.#written = written;
    for (const [name, tone] of [["error", "bad"], ["remark", "note"]]) this.classList.toggle(name, ending?.tone === tone);
    this.buttons = make("p", { class: "buttons" });
    this.replaceChildren(...(ending ? [...partsOf(ending), this.buttons] : []));
    if (ending) this.#offer(ending, run.request);
  }

  #offer({ offersAgain, again, pulls, offersModels, signsIn }, request) {
    if (signsIn) this.buttons.append(make("a", { href: `/sign-in/?next=${encodeURIComponent(location.pathname)}` }, "Sign in"));
    if (offersAgain) this.#button(again, {});
    if (pulls || offersModels) this.#offerModels(this.buttons, request, pulls);
  }

  // What there is instead, and the missing one for those who may install it there.
  async #offerModels(buttons, { upstream, path }, pulls) {
    const answer = await fetch(`/models/?${new URLSearchParams({ upstream })}`).then((found) => found.json(), () => ({}));
    if (buttons !== this.buttons) return;
    if (pulls && answer.may_install) this.#button(`Install ${pulls}`, { errand: pullOf(pulls) });
    for (const model of modelsFor(path, answer.models ?? [])) this.#button(`Use ${model}`, { model });
  }

  #button(label, detail) {
    const button = make("button", { type: "button" }, label);
    button.addEventListener("click", () => this.dispatchEvent(new CustomEvent("run-asked", { bubbles: true, detail })));
    this.buttons.append(button);
  }
}

const pullOf = (model) => ({ method: "POST", path: "/api/pull", body: JSON.stringify({ model }), streamed: true });

function partsOf({ what, unread, sent, next, help }) {
  const line = (name, text) => (text ? [make("p", { class: name }, text)] : []);
  return [...line("what", what), ...line("unread", unread), ...line("sent", sent && `Sent: ${sent}.`), ...line("next", next), ...helpParts(help)];
}

function helpParts(steps) {
  if (!steps.length) return [];
  return [make("details", { class: "help" }, make("summary", {}, "Settings help"), make("ul", {}, ...steps.map((step) => make("li", {}, step))))];
}

customElements.define("run-ending", RunEnding);
