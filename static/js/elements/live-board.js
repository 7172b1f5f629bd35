// <live-board>: the dashboard kept up to date while it is looked at. Only what is different is touched, so that nothing blinks.

import { say } from "../lib/make.js";

const [WHILE_RUNNING, AT_REST, SLOWEST] = [1500, 4000, 30_000];

class LiveBoard extends HTMLElement {
  #timer = null;
  #failures = 0;
  #seen = "";
  #search = location.search;

  connectedCallback() {
    tidy(this);
    document.addEventListener("visibilitychange", () => this.#attend());
    this.addEventListener("click", (event) => this.#turn(event));
    this.#later();
  }

  // Another stretch of time for the charts; without scripts the same link loads the page with it.
  #turn(event) {
    const link = event.target.closest(".windows a");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    history.replaceState(null, "", link.href);
    this.#search = new URL(link.href).search;
    this.#refresh();
  }

  #attend() {
    clearTimeout(this.#timer);
    if (!document.hidden) this.#refresh();
  }

  #later() {
    clearTimeout(this.#timer);
    if (document.hidden) return;
    const pause = this.querySelector("[data-outcome=running]") ? WHILE_RUNNING : AT_REST;
    this.#timer = setTimeout(() => this.#refresh(), Math.min(SLOWEST, pause * 2 ** this.#failures));
  }

  async #refresh() {
    clearTimeout(this.#timer);
    const asked = this.#search;
    try {
      const answer = await fetch(`/live/${asked}`, { signal: AbortSignal.timeout(10_000) });
      if (!answer.ok) throw new Error(answer.statusText);
      const html = await answer.text();
      if (asked === this.#search) this.#show(html);
      this.#failures = 0;
    } catch {
      this.#failures += 1;
      // One look that fails is not worth a word.
      if (this.#failures > 1) say(this.querySelector(".stale"), "The portal does not answer just now; this is how it was.");
    }
    this.#later();
  }

  #show(html) {
    if (html === this.#seen) return;
    this.#seen = html;
    const fresh = new DOMParser().parseFromString(`<body>${html}`, "text/html").body;
    tidy(fresh);
    bring(this, fresh);
    this.dataset.shown = String(Number(this.dataset.shown ?? 0) + 1);
  }
}

/** Take away the line breaks between elements: they show nowhere, and how many there are depends on who put the page together. */
function tidy(root) {
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const breaks = [];
  while (texts.nextNode()) if (/^\s*\n\s*$/.test(texts.currentNode.data)) breaks.push(texts.currentNode);
  for (const text of breaks) text.remove();
}

/** Make the children of `old` like those of `fresh`, keeping every node that is like its counterpart. */
function bring(old, fresh) {
  const wanted = [...fresh.childNodes];
  wanted.forEach((node, at) => {
    const here = old.childNodes[at];
    if (!here) old.append(document.importNode(node, true));
    else if (!isAlike(here, node)) here.replaceWith(document.importNode(node, true));
    else if (node.nodeType !== Node.ELEMENT_NODE) here.data !== node.data && (here.data = node.data);
    else {
      bringAttributes(here, node);
      bring(here, node);
    }
  });
  while (old.childNodes.length > wanted.length) old.lastChild.remove();
}

const isAlike = (one, other) => one.nodeName === other.nodeName && one.nodeType === other.nodeType;

function bringAttributes(old, fresh) {
  for (const { name } of [...old.attributes]) {
    // What the reader has unfolded stays so.
    if (!fresh.hasAttribute(name) && name !== "open") old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
}

customElements.define("live-board", LiveBoard);
