// <api-reference>: opens what a deep link leads into, and marks in the list the operation that is being read.

import { nameIn } from "../lib/fragment.js";

class ApiReference extends HTMLElement {
  #links;
  #observer;
  #onHash;

  connectedCallback() {
    this.#links = new Map();
    for (const link of document.querySelectorAll("nav.tree a.operation-link")) this.#links.set(link.hash.slice(1), link);
    this.#observer = new IntersectionObserver((entries) => this.#follow(entries), { rootMargin: "-20% 0px -75% 0px" });
    for (const operation of this.querySelectorAll("article.operation")) this.#observer.observe(operation);
    this.#onHash = () => this.#reveal();
    addEventListener("hashchange", this.#onHash);
    this.#reveal();
  }

  disconnectedCallback() {
    this.#observer.disconnect();
    removeEventListener("hashchange", this.#onHash);
  }

  // Browsers differ in whether a fragment opens the <details> around it, and none opens the one that is the target.
  #reveal() {
    const target = document.getElementById(nameIn(location.hash));
    if (!target || !this.contains(target)) return;
    let opened = false;
    for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) {
      opened ||= !fold.open;
      fold.open = true;
    }
    const own = target.querySelector(":scope > details");
    if (own) own.open = true;
    if (opened) target.scrollIntoView();
  }

  #follow(entries) {
    for (const { target, isIntersecting } of entries) {
      const link = this.#links.get(target.id);
      if (!link) continue;
      link.toggleAttribute("aria-current", false);
      if (!isIntersecting) continue;
      link.setAttribute("aria-current", "true");
      link.scrollIntoView({ block: "nearest" });
    }
  }
}

customElements.define("api-reference", ApiReference);
