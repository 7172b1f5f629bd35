// <doc-tabs>: its sections as tabs. Groups with a tab of the same title stay in step, and what was chosen is remembered.
// Without scripts the sections read one after the other, each below its title.

import { nameIn } from "../lib/fragment.js";
import { readList, write } from "../lib/kept.js";
import { preferred, remembered } from "../lib/tabs.js";

const KEPT = "tabs";
const CHOSEN = "doc-tabs:chosen";
let made = 0;

class DocTabs extends HTMLElement {
  #tabs = [];

  connectedCallback() {
    if (this.#tabs.length) return;
    const panels = [...this.children].filter((child) => child.matches("section.tab"));
    if (!panels.length) return;
    const list = document.createElement("div");
    list.setAttribute("role", "tablist");
    this.#tabs = panels.map((panel) => makeTab(panel));
    list.append(...this.#tabs);
    this.prepend(list);
    list.addEventListener("click", (event) => event.target.role === "tab" && this.#choose(event.target));
    list.addEventListener("keydown", (event) => this.#key(event));
    addEventListener(CHOSEN, this);
    addEventListener("hashchange", this);
    this.#show(this.#tabs[preferred(this.#titles, readList(KEPT))]);
    this.#showTarget();
  }

  disconnectedCallback() {
    removeEventListener(CHOSEN, this);
    removeEventListener("hashchange", this);
  }

  handleEvent(event) {
    if (event.type === "hashchange") this.#showTarget();
    else if (event.detail.from !== this) this.#follow(event.detail.title);
  }

  get #titles() {
    return this.#tabs.map((tab) => tab.textContent);
  }

  // The tab that was clicked stays under the pointer while other groups on the page change their height.
  #choose(tab) {
    const before = tab.getBoundingClientRect().top;
    this.#show(tab);
    write(KEPT, JSON.stringify(remembered(readList(KEPT), tab.textContent)));
    dispatchEvent(new CustomEvent(CHOSEN, { detail: { title: tab.textContent, from: this } }));
    scrollBy({ top: tab.getBoundingClientRect().top - before, behavior: "instant" });
  }

  #follow(title) {
    const tab = this.#tabs[this.#titles.indexOf(title)];
    if (tab) this.#show(tab);
  }

  // A link may lead into a tab that is not shown.
  #showTarget() {
    const target = document.getElementById(nameIn(location.hash));
    if (target && this.reveal(target)) target.scrollIntoView();
  }

  // Shows the tab that holds `part`, without its being remembered as chosen; whether it was hidden.
  reveal(part) {
    const tab = this.#tabs.find((tab) => panelOf(tab).contains(part));
    if (!tab || tab.ariaSelected === "true") return false;
    this.#show(tab);
    return true;
  }

  #show(shown) {
    for (const tab of this.#tabs) {
      tab.ariaSelected = String(tab === shown);
      tab.tabIndex = tab === shown ? 0 : -1;
      panelOf(tab).hidden = tab !== shown;
    }
  }

  #key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const at = this.#tabs.indexOf(event.target);
    const forward = getComputedStyle(this).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    const backward = forward === "ArrowLeft" ? "ArrowRight" : "ArrowLeft";
    const to = { [forward]: at + 1, [backward]: at - 1, Home: 0, End: -1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    const tab = this.#tabs.at(to % this.#tabs.length);
    tab.focus();
    this.#choose(tab);
  }
}

function makeTab(panel) {
  const id = `tab-${(made += 1)}`;
  const title = panel.querySelector(":scope > .tab-title");
  const tab = Object.assign(document.createElement("button"), { type: "button", id, role: "tab", textContent: panel.dataset.title });
  panel.id ||= `${id}-panel`;
  panel.role = "tabpanel";
  panel.setAttribute("aria-labelledby", id);
  tab.setAttribute("aria-controls", panel.id);
  if (title) title.hidden = true;
  return tab;
}

const panelOf = (tab) => document.getElementById(tab.getAttribute("aria-controls"));

customElements.define("doc-tabs", DocTabs);
