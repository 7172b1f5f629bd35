// <search-marks>: on a page that was found, marks what was looked for, and steps from mark to mark. The text itself is left alone.

import { inPieces, placesOf } from "../lib/marking.js";

const NAME = "search";
const FOLDS = "details:not([open]), doc-tabs";
const SCROLLS = /auto|scroll/;
// A tab that is not shown can be opened; nothing else that is hidden can.
const UNMARKED = "textarea, button:not([role=tab]), script, style, [hidden]:not(.tab)";

class SearchMarks extends HTMLElement {
  #ranges = [];
  #at = -1;

  connectedCallback() {
    const text = document.querySelector("main");
    if (!text || !CSS.highlights) return;
    this.#ranges = rangesIn(text, this.getAttribute("query"));
    if (!this.#ranges.length) return;
    CSS.highlights.set(NAME, new Highlight(...this.#ranges));
    this.count = Object.assign(document.createElement("span"), { className: "count" });
    this.count.setAttribute("role", "status");
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", "Marks of the search");
    this.append(this.count, button("Previous", "↑", () => this.#step(-1)), button("Next", "↓", () => this.#step(1)), button("Clear the marks", "✕", () => this.#clear()));
    this.onkey = (event) => event.key === "Escape" && !event.defaultPrevented && !document.querySelector("dialog[open]") && this.#clear();
    addEventListener("keydown", this.onkey);
    this.#say();
    if (!location.hash) this.#step(1);
  }

  #step(by) {
    // The first step goes on from where the reader is.
    this.#at = this.#at < 0 ? this.#nearest() : (this.#at + by + this.#ranges.length) % this.#ranges.length;
    const range = this.#ranges[this.#at];
    unfold(range.startContainer.parentElement);
    CSS.highlights.set(`${NAME}-current`, new Highlight(range));
    bringIntoView(range);
    this.#say();
  }

  #nearest() {
    const below = this.#ranges.findIndex((range) => topOf(range) >= 0);
    return Math.max(below, 0);
  }

  #say() {
    const all = this.#ranges.length;
    this.count.textContent = this.#at < 0 ? `${all} ${all === 1 ? "mark" : "marks"}` : `${this.#at + 1} of ${all}`;
  }

  #clear() {
    removeEventListener("keydown", this.onkey);
    CSS.highlights.delete(NAME);
    CSS.highlights.delete(`${NAME}-current`);
    const address = new URL(location.href);
    address.searchParams.delete("q");
    history.replaceState(history.state, "", address);
    this.remove();
  }
}

// Opens the folds and tabs that `part` is in.
function unfold(part) {
  for (let around = part.closest(FOLDS); around; around = around.parentElement.closest(FOLDS)) {
    if (around.localName === "details") around.open = true;
    else around.reveal?.(part);
  }
}

// Scrolls to the mark itself: what it stands in may be a block of code of any length and width.
function bringIntoView(range) {
  const page = document.scrollingElement;
  for (let around = range.startContainer.parentElement; around !== page; around = around.parentElement) {
    const { overflowX, overflowY } = getComputedStyle(around);
    const [mark, box] = [range.getBoundingClientRect(), around.getBoundingClientRect()];
    if (SCROLLS.test(overflowX) && (mark.left < box.left || mark.right > box.right)) around.scrollLeft += middle(mark.left, mark.width) - middle(box.left, box.width);
    if (SCROLLS.test(overflowY) && (mark.top < box.top || mark.bottom > box.bottom)) around.scrollTop += middle(mark.top, mark.height) - middle(box.top, box.height);
  }
  const mark = range.getBoundingClientRect();
  const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
  page.scrollBy({ top: middle(mark.top, mark.height) - middle(0, innerHeight), behavior });
}

const middle = (start, length) => start + length / 2;

// How far below the top of the window a mark is; one that is folded away, the fold.
function topOf(range) {
  const holder = range.startContainer.parentElement;
  let seen = holder;
  while (!seen.checkVisibility()) seen = seen.parentElement;
  return (seen === holder ? range : seen).getBoundingClientRect().top;
}

function rangesIn(text, query) {
  const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT, (node) =>
    (node.parentElement.closest(UNMARKED) || !node.parentElement.closest("article") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT));
  const nodes = [];
  while (walker.nextNode()) nodes.push(walker.currentNode);
  // Cells and paragraphs may stand side by side without a space; a line end keeps their words apart.
  const pieces = nodes.map((node, at) => (blockOf(node) === blockOf(nodes[at + 1]) ? node.data : `${node.data}\n`));
  const places = placesOf(pieces.join(""), query);
  return inPieces(places, pieces.map((piece) => piece.length)).map(([[first, start], [last, end]]) => {
    const range = new Range();
    range.setStart(nodes[first], start);
    range.setEnd(nodes[last], end);
    return range;
  });
}

const blockOf = (node) => node?.parentElement.closest("p, li, td, th, dt, dd, pre, h1, h2, h3, h4, h5, h6, summary, figcaption, div, blockquote, article, [role=tab]");

function button(label, text, act) {
  const made = Object.assign(document.createElement("button"), { type: "button", textContent: text, ariaLabel: label, title: label });
  made.addEventListener("click", act);
  return made;
}

customElements.define("search-marks", SearchMarks);

// Marks the words of `query` on this page, with the stylesheet that `link` names.
export async function markPage(query, link) {
  await new Promise((resolve) => {
    const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href: link.dataset.style, onload: resolve, onerror: resolve });
    document.head.append(sheet);
  });
  // Before the tabs are there, nothing can be opened in them.
  if (document.querySelector("main doc-tabs")) await customElements.whenDefined("doc-tabs");
  const marks = document.createElement("search-marks");
  marks.setAttribute("query", query);
  document.body.append(marks);
}
