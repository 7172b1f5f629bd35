// <run-menu>: what else can be done with an example, in a list that opens at its button.

import { fragmentOf } from "../lib/link.js";
import { maker } from "../lib/make.js";

const make = maker(document);
// Each is an element that works in the panel; it is loaded when it is first chosen.
const TOOLS = [
  { name: "run-compare", label: "Compare", says: "models or servers, side by side" },
  { name: "run-repeat", label: "Repeat", says: "to see how the figures spread" },
  { name: "run-history", label: "Earlier runs", says: "to see one again, or to share it" },
  { name: "run-save", label: "Save", says: "in the library, under a name" },
];

class RunMenu extends HTMLElement {
  #tools = new Map();

  /** @param {Element} panel whose menu this is: it tells `request`, `source` and `connection` @param {HTMLButtonElement} button that opens it */
  open(panel, button) {
    if (!this.list) this.#build(panel, button);
    this.list.togglePopover({ source: button });
  }

  #build(panel, button) {
    this.list = make("div", { popover: "", class: "menu-list", role: "group", "aria-label": "More for this example" });
    for (const { name, label, says } of TOOLS) {
      const item = make("button", { type: "button" }, label, make("small", {}, says));
      item.addEventListener("click", () => {
        this.list.hidePopover();
        this.#use(name, label, panel);
      });
      this.list.append(item);
    }
    this.append(this.list);
    if (panel.source) this.list.append(this.#away(panel));
    this.list.addEventListener("toggle", ({ newState }) => {
      button.setAttribute("aria-expanded", String(newState === "open"));
      if (newState !== "open") return;
      this.#place(button);
      this.list.firstChild.focus();
    });
    addEventListener("resize", () => this.#place(button));
    this.list.addEventListener("keydown", (event) => this.#move(event));
  }

  // The request goes along in the address, as it stands when the menu opens.
  #away(panel) {
    const link = make("a", { href: "/playground/" }, "Open in playground", make("small", {}, "this request, with nothing around it"));
    this.list.addEventListener("toggle", async ({ newState }) => {
      if (newState !== "open") return;
      const { body, ...address } = panel.request;
      link.href = `/playground/#${await fragmentOf({ ...address, body: body === "null" ? "" : body })}`;
    });
    return link;
  }

  // In the page's own place, so that it scrolls with its button; the top layer knows no parent to be placed by.
  #place(button) {
    const box = button.getBoundingClientRect();
    const { list } = this;
    list.style.insetBlockStart = `${box.bottom + scrollY + 4}px`;
    list.style.insetInlineStart = `${Math.max(8, box.right + scrollX - list.offsetWidth)}px`;
  }

  #move(event) {
    const items = [...this.list.children];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    items[(items.indexOf(document.activeElement) + step + items.length) % items.length].focus();
  }

  #use(name, label, panel) {
    let tool = this.#tools.get(name);
    if (!tool) {
      tool = make(name, { class: "tool", tabindex: "-1", role: "region", "aria-label": label });
      this.#tools.set(name, tool);
      panel.append(tool);
    }
    tool.hidden = false;
    const ready = () => {
      tool.open(panel);
      tool.focus({ preventScroll: true });
      tool.scrollIntoView({ block: "nearest" });
    };
    if (tool.open) return ready();
    const failed = () => tool.replaceChildren(make("p", { class: "hint" }, "This could not be loaded. Reload the page and choose it again."));
    this.dispatchEvent(new CustomEvent("view-needed", { bubbles: true, detail: { name, ready, failed } }));
  }
}

customElements.define("run-menu", RunMenu);
