// The thin header of a panel: what is asked of whom, whether that was changed, and a button for the model.

import { say } from "./make.js";

export class PanelHead {
  #head;
  #model = null;
  #mark;

  /** @param {Element} head of the page @param {import("./make.js").maker} make @param {(button: HTMLButtonElement) => void} pick opens the list of models */
  constructor(head, make, pick) {
    this.#head = head;
    this.#mark = make("span", { class: "edited" }, "edited");
    const named = head.querySelector(".model");
    if (!named) return;
    this.#model = make("button", { type: "button", class: "model", "aria-haspopup": "dialog", "aria-expanded": "false" });
    this.#model.addEventListener("click", () => pick(this.#model));
    named.replaceWith(this.#model);
  }

  /** @param {import("./written.js").Written} written */
  show({ all: { method, path, upstream }, documented, model, isEdited }) {
    say(this.#head.querySelector(".method"), method);
    say(this.#head.querySelector(".path"), path);
    if (this.#model) this.#showModel(model, upstream === documented.upstream ? "" : ` on ${upstream}`, method);
    if (!isEdited) this.#mark.remove();
    else if (!this.#mark.isConnected) this.#head.querySelector(".actions").before(this.#mark);
  }

  // While nobody knows the model, the last one that was known stays.
  #showModel(model, where, method) {
    if (model !== null) {
      say(this.#model, (model || "no model") + where);
      this.#model.ariaLabel = `Model: ${this.#model.textContent}`;
    }
    this.#model.hidden = method === "GET" && !model;
  }
}
