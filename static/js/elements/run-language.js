// <run-language>: the choice of the language a panel's example is shown in. All panels keep the same, here and on other pages.

import { read, write } from "../lib/kept.js";
import { CHOSEN, KEPT, WAYS } from "../lib/snippets.js";

const HELD = 2000; // ms within which the examples have come in their new language

class RunLanguage extends HTMLElement {
  #snippets = null;

  connectedCallback() {
    this.select = this.querySelector("select");
    if (this.select.options.length === 1) for (const [way, title] of WAYS) this.select.add(new Option(title, way));
    this.select.hidden = false;
    this.select.addEventListener("change", () => this.#choose());
    addEventListener(CHOSEN, this);
    this.#follow(read(KEPT) ?? "");
  }

  disconnectedCallback() {
    removeEventListener(CHOSEN, this);
  }

  handleEvent({ detail }) {
    this.#follow(detail.way);
  }

  // The choice stays under the pointer while the examples above it change their height.
  #choose() {
    const way = this.select.value;
    this.#hold();
    write(KEPT, way);
    dispatchEvent(new CustomEvent(CHOSEN, { detail: { way } }));
  }

  #hold() {
    const { top } = this.getBoundingClientRect();
    const sizes = new ResizeObserver(() => scrollBy({ top: this.getBoundingClientRect().top - top, behavior: "instant" }));
    sizes.observe(document.body);
    const letGo = new AbortController();
    const end = () => (sizes.disconnect(), letGo.abort());
    for (const name of ["wheel", "touchmove", "keydown"]) addEventListener(name, end, { passive: true, signal: letGo.signal });
    setTimeout(end, HELD);
  }

  // What writes the example comes with the first choice of a language.
  #follow(way) {
    this.select.value = way;
    if (this.select.selectedIndex < 0) this.select.value = "";
    if (!this.select.value && !this.#snippets) return;
    this.#snippets ??= this.#add();
    this.#snippets.setAttribute("way", this.select.value);
  }

  #add() {
    const added = document.createElement("run-snippets");
    const loading = { name: "run-snippets", ready: () => {}, failed: () => added.remove() };
    dispatchEvent(new CustomEvent("view-needed", { detail: loading }));
    this.closest(".panel-head").after(added);
    return added;
  }
}

customElements.define("run-language", RunLanguage);
