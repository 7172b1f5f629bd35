// <model-picker>: which upstream and which model a request goes to, in a list that opens at its button.

import { requestText } from "../lib/asking.js";
import { maker, say } from "../lib/make.js";
import { offered, stockOf } from "../lib/offered.js";
import { absenceOf, choicesOf, deedsText } from "../lib/picking.js";

const make = maker(document);

class ModelPicker extends HTMLElement {
  #panel = null;
  #button = null;
  #models = [];
  #asked = { needs: [], use: null };
  #at = 0;
  #turn = 0;

  /** @param {Element} panel it tells `request`, `documented` and `model`, and takes `useModel` and `write` @param {HTMLButtonElement} button */
  open(panel, button) {
    [this.#panel, this.#button] = [panel, button];
    if (!this.list) this.#build();
    this.list.togglePopover({ source: button });
  }

  #build() {
    const id = `${this.#panel.id}-models-here`;
    this.upstream = make("select", { "aria-label": "Upstream" });
    this.find = make("input", { role: "combobox", "aria-label": "Find a model", "aria-expanded": "true", "aria-controls": id, "aria-autocomplete": "list", autocomplete: "off", spellcheck: "false", placeholder: "Find a model" });
    this.note = make("p", { class: "note" });
    this.options = make("ul", { role: "listbox", id, "aria-label": "Models" });
    this.left = make("p", { class: "left", role: "status" });
    this.list = make("div", { popover: "", class: "picker", role: "dialog", "aria-label": "Model" }, make("div", { class: "bar" }, this.find, this.upstream), this.note, this.options, this.left);
    this.append(this.list);
    this.list.addEventListener("toggle", ({ newState }) => this.#toggled(newState === "open"));
    addEventListener("resize", () => this.#place());
    this.find.addEventListener("input", () => this.#paint(0));
    this.find.addEventListener("keydown", (event) => this.#key(event));
    this.upstream.addEventListener("change", () => this.#turnTo(this.upstream.value));
    this.options.addEventListener("click", (event) => this.#choose(event.target.closest("[role=option]")));
  }

  #toggled(isOpen) {
    this.#button.setAttribute("aria-expanded", String(isOpen));
    if (!isOpen) return;
    this.#place();
    this.find.value = "";
    this.find.focus({ preventScroll: true });
    this.#load();
  }

  // In the page's own place, so that it scrolls with its button; the top layer knows no parent to be placed by.
  #place() {
    const box = this.#button.getBoundingClientRect();
    this.list.style.insetBlockStart = `${box.bottom + scrollY + 4}px`;
    this.list.style.insetInlineStart = `${Math.max(8, Math.min(box.left, innerWidth - this.list.offsetWidth - 8)) + scrollX}px`;
  }

  async #load() {
    const turn = (this.#turn += 1);
    say(this.left, this.#models.length ? "" : "Asking which models are there …");
    const { upstream } = this.#panel.dataset;
    const [table, models, asked] = await Promise.allSettled([offered(), stockOf(upstream), this.#ask()]);
    if (turn !== this.#turn) return;
    this.#offerUpstreams(table.value?.upstreams ?? []);
    this.#models = models.value ?? [];
    this.#asked = asked.value ?? { needs: [], use: null };
    this.#paint();
    if (models.reason) say(this.left, models.reason.message ?? "The models could not be listed.");
    this.#place();
  }

  // What a model has to be able to do for the request, and which stands in for one that is not there.
  async #ask() {
    const { fault, ...request } = this.#panel.request;
    const text = requestText(fault ? { ...request, body: "null" } : request);
    const found = await (await fetch("/models/choice", { method: "POST", body: text })).json();
    return { needs: found.needs ?? [], use: found.use ?? null };
  }

  #offerUpstreams(upstreams) {
    const { upstream } = this.#panel.dataset;
    const names = upstreams.map(({ name }) => name);
    // The documented upstream may not be set up here; it is named all the same, so that the request can be sent elsewhere.
    const all = names.includes(upstream) ? upstreams : [{ name: upstream, where: "not set up here" }, ...upstreams];
    this.upstream.replaceChildren(...all.map(({ name, where }) => make("option", { value: name }, `${name}: ${where}`)));
    this.upstream.value = upstream;
    this.upstream.hidden = all.length < 2;
  }

  #turnTo(upstream) {
    this.#panel.write({ upstream });
    this.#models = [];
    this.#load();
  }

  #paint(at = null) {
    const { documented, model, request } = this.#panel;
    const { choices, unable } = choicesOf(this.#models, { documented: documented.model, chosen: model, needs: this.#asked.needs, find: this.find.value });
    this.#at = at ?? Math.max(0, choices.findIndex(({ isChosen }) => isChosen));
    say(this.note, request.fault ? "The body is not JSON. Correct it, then choose a model." : absenceOf(this.#models, { documented: documented.model, chosen: model, instead: this.#asked.use, needs: this.#asked.needs }));
    this.options.replaceChildren(...choices.map((choice, place) => this.#option(choice, place)));
    const cannot = unable ? `${unable} more cannot ${deedsText(this.#asked.needs)}.` : "";
    say(this.left, choices.length ? cannot : [this.find.value ? "No model here is called so." : this.#models.length ? "" : "No model is here.", cannot].filter(Boolean).join(" "));
    this.#mark();
  }

  #option({ name, about, marks, isChosen }, place) {
    const badges = marks.map((mark) => make("span", { class: "badge" }, mark));
    return make("li", { role: "option", id: `${this.options.id}-${place}`, "data-name": name, "aria-selected": "false", ...(isChosen ? { "data-chosen": "" } : {}) },
      make("span", { class: "name" }, name), ...badges, make("span", { class: "about" }, about));
  }

  #mark() {
    const options = [...this.options.children];
    options.forEach((option, at) => option.setAttribute("aria-selected", String(at === this.#at)));
    const current = options[this.#at];
    if (current) this.find.setAttribute("aria-activedescendant", current.id);
    else this.find.removeAttribute("aria-activedescendant");
    current?.scrollIntoView({ block: "nearest" });
  }

  #key(event) {
    const count = this.options.children.length;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Enter") this.#choose(this.options.children[this.#at]);
    else if (step && count) {
      this.#at = (this.#at + step + count) % count;
      this.#mark();
    } else return;
    event.preventDefault();
  }

  #choose(option) {
    if (!option || this.#panel.request.fault) return;
    this.#panel.useModel(option.dataset.name);
    this.list.hidePopover();
    this.#button.focus({ preventScroll: true });
  }
}

customElements.define("model-picker", ModelPicker);
