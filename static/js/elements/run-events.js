// <run-events>: every record with its time, of which only the rows in sight are in the page.

import { sayJson } from "../lib/json-colours.js";
import { maker, say } from "../lib/make.js";
import { pretty } from "../lib/pretty.js";
import { Filtered, Records, framingOf, offsetText, previewOf } from "../lib/records.js";
import { heightOf, rowsInSight, scrollTo } from "../lib/rows.js";

const make = maker(document);
const BUDGET = 8;
const LONGEST_DETAIL = 100_000;

class RunEvents extends HTMLElement {
  #run = null;
  #records = null;
  #filtered = new Filtered("");
  #selected = null; // the number of a record
  #rowSize = 28;
  #working = false;

  connectedCallback() {
    if (this.rows) return;
    this.filter = make("input", { type: "search", "aria-label": "Filter the events", placeholder: "Filter", autocomplete: "off", spellcheck: "false" });
    this.count = make("span", { class: "count", "aria-live": "polite" });
    this.window = make("div", { class: "window", role: "presentation" });
    this.all = make("div", { class: "all", role: "presentation" }, this.window);
    this.rows = make("div", { class: "rows", role: "listbox", tabindex: "0", "aria-label": "Events" }, this.all);
    this.detail = make("pre", { class: "detail json", tabindex: "0", hidden: "", "aria-label": "The chosen event" });
    this.append(make("div", { class: "bar" }, this.filter, this.count), this.rows, this.detail);
    this.filter.addEventListener("input", () => this.#search());
    this.rows.addEventListener("scroll", () => this.#soon(), { passive: true });
    this.rows.addEventListener("keydown", (event) => this.#key(event));
    this.rows.addEventListener("click", (event) => this.#click(event.target.closest("[role=option]")));
  }

  set run(run) {
    this.#run = run;
    this.#records = new Records(run.tape, framingOf(run.request.path, run.request.streamed));
    this.#search();
    this.#select(null);
  }

  refresh() {
    if (!this.#working) this.#work();
  }

  #search() {
    this.#filtered = new Filtered(this.filter.value.trim());
    this.rows.scrollTop = 0;
    this.#soon();
  }

  #soon() {
    if (this.#working) return;
    this.#working = true;
    requestAnimationFrame(() => {
      this.#working = false;
      if (!this.hidden) this.#work();
    });
  }

  // Reads on and looks on for a few milliseconds of each frame until nothing is left.
  #work() {
    const end = performance.now() + BUDGET;
    const isLate = () => performance.now() > end;
    const follows = this.#run.live && this.rows.scrollTop > 0 && this.rows.scrollHeight - this.rows.scrollTop - this.rows.clientHeight < this.#rowSize;
    const all = this.#records.read(isLate) && this.#filtered.read(this.#records, isLate);
    this.#paint(follows);
    if (!all) this.#soon();
  }

  #paint(follows) {
    const { found } = this.#filtered;
    say(this.count, countText(found.length, this.#records));
    this.all.style.blockSize = `${heightOf(this.#rowSize, found.length)}px`;
    if (follows) this.rows.scrollTop = this.rows.scrollHeight;
    const { from, to, at: place } = rowsInSight(this.rows.scrollTop, this.rows.clientHeight, this.#rowSize, found.length);
    this.window.style.transform = `translateY(${place}px)`;
    while (this.window.children.length > to - from) this.window.lastChild.remove();
    while (this.window.children.length < to - from) this.window.append(this.#row());
    for (let at = from; at < to; at += 1) this.#fill(this.window.children[at - from], found[at], at);
    this.#mark();
    // A row is as high as its text makes it, which the reader's settings decide.
    const size = this.window.firstChild?.offsetHeight;
    if (size && size !== this.#rowSize) {
      this.#rowSize = size;
      this.#soon();
    }
  }

  #row() {
    const span = (name) => make("span", { class: name });
    return make("div", { role: "option", "aria-selected": "false" }, span("at"), span("gap"), span("name"), span("preview"));
  }

  #fill(row, number, at) {
    const { at: time, gap, name, text } = this.#records.at(number);
    const [offset, since, event, preview] = row.children;
    row.id = `${this.id}-${number}`;
    row.dataset.number = number;
    row.setAttribute("aria-posinset", at + 1);
    row.setAttribute("aria-setsize", this.#filtered.found.length);
    row.setAttribute("aria-selected", String(number === this.#selected));
    say(offset, offsetText(time));
    say(since, `+${offsetText(gap)}`);
    say(event, name);
    event.hidden = !name;
    say(preview, previewOf(text));
  }

  #mark() {
    const row = this.#selected === null ? null : this.window.querySelector("[aria-selected=true]");
    if (row) this.rows.setAttribute("aria-activedescendant", row.id);
    else this.rows.removeAttribute("aria-activedescendant");
  }

  #click(row) {
    if (!row) return;
    const number = Number(row.dataset.number);
    this.#select(number === this.#selected ? null : number);
  }

  #select(number) {
    this.#selected = number;
    this.detail.hidden = number === null;
    if (number !== null) {
      const { text } = this.#records.at(number);
      const more = text.length > LONGEST_DETAIL ? "\n… The whole record is in the Raw view." : "";
      if (/^\s*[[{]/.test(text)) sayJson(this.detail, pretty(text, LONGEST_DETAIL) + more, make);
      else say(this.detail, text.slice(0, LONGEST_DETAIL) + more);
      this.detail.scrollTop = 0;
    }
    this.#soon();
  }

  #key(event) {
    const { found } = this.#filtered;
    if (event.key === "Escape") this.#select(null);
    const page = Math.max(1, Math.floor(this.rows.clientHeight / this.#rowSize) - 1);
    const now = this.#selected === null ? -1 : found.indexOf(this.#selected);
    const steps = { ArrowDown: now + 1, ArrowUp: now - 1, PageDown: now + page, PageUp: now - page, Home: 0, End: found.length - 1 };
    if (!(event.key in steps) || !found.length) return;
    event.preventDefault();
    const at = Math.min(Math.max(steps[event.key], 0), found.length - 1);
    this.rows.scrollTop = scrollTo(at, this.rows.scrollTop, this.rows.clientHeight, this.#rowSize, found.length);
    this.#select(found[at]);
  }
}

function countText(found, { length, beyond }) {
  const [some, all] = [found, length].map((count) => count.toLocaleString("en"));
  const more = beyond ? `; ${beyond.toLocaleString("en")} more are in Raw only` : "";
  return `${found === length ? all : `${some} of ${all}`} events${more}`;
}

customElements.define("run-events", RunEvents);
