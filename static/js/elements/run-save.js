// <run-save>: the request of a panel, as it stands, goes into the library under a name.

import { maker, say } from "../lib/make.js";
import { save } from "../lib/saved.js";

const make = maker(document);

class RunSave extends HTMLElement {
  /** @param {Element} panel whose `request` and `source` are saved */
  open(panel) {
    this.panel = panel;
    if (!this.form) this.#build();
    this.name.focus();
  }

  #build() {
    const close = make("button", { type: "button", class: "close", "aria-label": "Close Save" }, "×");
    close.addEventListener("click", () => this.#close());
    this.name = make("input", { name: "name", maxlength: "80", required: "", autocomplete: "off" });
    this.note = make("textarea", { name: "note", rows: "2", maxlength: "2000" });
    this.said = make("p", { class: "told", role: "status" });
    this.form = make("form", { class: "save" },
      make("label", {}, "Name", this.name), make("label", {}, "Note", this.note), make("button", { class: "start" }, "Save"));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#save(false);
    });
    this.append(make("div", { class: "tool-head" }, make("strong", {}, "Save this request"), close), this.form, this.said);
  }

  #close() {
    this.hidden = true;
    this.panel.querySelector("button.more")?.focus();
  }

  async #save(isNoSecret) {
    const { fault, ...request } = this.panel.request;
    if (fault) return say(this.said, `The body is not JSON: at line ${fault.line}, column ${fault.column}, ${fault.message}. Nothing was saved.`);
    const { address, error } = await save({ name: this.name.value, note: this.note.value, isNoSecret }, request, this.panel.source);
    if (address) {
      this.form.reset();
      return this.said.replaceChildren("Saved: it is in ", make("a", { href: address }, "the library"), ".");
    }
    this.said.replaceChildren([error.message, error.hint].filter(Boolean).join(" "));
    if (error.may_insist) this.said.append(" ", this.#insist());
  }

  #insist() {
    const button = make("button", { type: "button" }, "It is no secret: save it");
    button.addEventListener("click", () => this.#save(true));
    return button;
  }
}

customElements.define("run-save", RunSave);
