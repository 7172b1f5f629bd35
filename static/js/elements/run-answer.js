// <run-answer>: what came back, in several views of one stream, each of which is loaded when first shown.

import { Answering } from "../lib/answering.js";
import { figuresOf, stateText, waitOf } from "../lib/figures.js";
import { read } from "../lib/kept.js";
import { maker, say } from "../lib/make.js";
import { Parts } from "../lib/parts.js";
import { PAUSE, Sentences } from "../lib/sentences.js";
import { isLive } from "../lib/view.js";
import { tabTo, viewToShow, viewsOf } from "../lib/views.js";

const make = maker(document);
const MOST_AT_ONCE = 16_000;
// So many milliseconds of a frame go into reading what arrived; what is left is read in the next.
const BUDGET = 8;

class RunAnswer extends HTMLElement {
  #run = null;
  #chosen = null;
  #shown = null;
  #offered = [];
  #aloud = null;
  #later = null;
  #second = null;
  #panels = new Map();
  #painting = false;

  connectedCallback() {
    if (this.state) return;
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", "Answer");
    this.state = make("span", { class: "state", role: "status" });
    this.numbers = make("dl", { class: "numbers" });
    this.substitute = make("p", { class: "substitute" });
    this.tabs = make("div", { class: "tabs", role: "tablist", "aria-label": "Views of the answer" });
    this.views = make("div", { class: "views" });
    this.aloud = make("div", { class: "unseen", "aria-live": "polite" });
    this.append(make("div", { class: "figures" }, this.state, this.numbers), this.substitute, this.tabs, this.views, this.aloud);
    this.tabs.addEventListener("click", (event) => this.#choose(event.target.closest("[role=tab]")));
    this.tabs.addEventListener("keydown", (event) => this.#key(event));
  }

  /** A new request goes out. @param {object} request as `Answering` takes it */
  begin(request) {
    // The height stays until the end, so that the page does not jump up and down again.
    this.views.style.minBlockSize = this.#run ? `${Math.min(this.views.offsetHeight, 520)}px` : "";
    this.#run = new Answering(request);
    this.#aloud = { reader: new Parts(this.#run.parts.text), sentences: new Sentences() };
    for (const panel of this.#panels.values()) if (panel.refresh) panel.run = this.#run;
    this.note = "";
    this.#soon();
  }

  set request(request) {
    this.#run.request = request;
  }

  /** What was asked and what came, for going on with it. */
  get answering() {
    return this.#run;
  }

  /** The answer's text as far as it has come. */
  get said() {
    this.#run?.read();
    this.#run?.read();
    return this.#run?.text ?? "";
  }

  set view(view) {
    this.#run.view = view;
    this.#soon();
  }

  /** A `data` or `end` frame of the run. */
  take(frame) {
    this.#run.take(frame);
  }

  #soon() {
    if (this.#painting) return;
    this.#painting = true;
    requestAnimationFrame(() => {
      this.#painting = false;
      this.#paint();
    });
  }

  #paint() {
    const { view, live } = this.#run;
    const end = performance.now() + BUDGET;
    if (!this.#run.read(() => performance.now() > end)) this.#soon();
    say(this.state, stateText(view, this.#run.asked));
    say(this.substitute, this.note);
    this.#paintNumbers([...figuresOf(view, this.#run.reader.records, this.#run.asked), ...this.#waited()]);
    this.#paintEnding();
    this.#paintTabs();
    if (this.#shown) this.#panels.get(this.#shown).refresh?.();
    this.#announce();
    if (!live) this.views.style.minBlockSize = "";
  }

  // How long nothing has come yet, which is worth a look every second.
  #waited() {
    clearTimeout(this.#second);
    const { view, request } = this.#run;
    if (!isLive(view) || view.firstAt !== null) return [];
    const waited = Math.max(0, Date.now() - request.startedAt);
    this.#second = setTimeout(() => this.#soon(), 1000 - (waited % 1000));
    return waitOf(waited);
  }

  #paintNumbers(figures) {
    const { numbers } = this;
    while (numbers.children.length > figures.length) numbers.lastChild.remove();
    while (numbers.children.length < figures.length) numbers.append(make("div", {}, make("dt"), make("dd")));
    figures.forEach(({ name, value, measured }, at) => {
      const [term, number] = numbers.children[at].children;
      say(term, name);
      say(number, String(value));
      number.title = measured ? "Measured by the portal" : "As Ollama reports it";
    });
  }

  // The card comes with the first run that does not simply end well.
  #paintEnding() {
    const { hasEnding } = this.#run;
    const isNew = hasEnding && !this.card;
    if (isNew) this.card = make("run-ending", { class: "ending" });
    // What went wrong stands before what came of the answer; a note on an answer that is there stands after it.
    const next = this.#run.endsWell ? this.aloud : this.tabs;
    if (hasEnding && this.card.nextSibling !== next) next.before(this.card);
    if (isNew) {
      // Where it cannot be had the error is said all the same.
      const failed = () => say(this.card, this.#run.view.error?.message ?? "");
      this.dispatchEvent(new CustomEvent("view-needed", { bubbles: true, detail: { name: "run-ending", ready: () => this.#soon(), failed } }));
    }
    if (this.card) this.card.hidden = !hasEnding;
    if (hasEnding) this.card.show?.(this.#run);
  }

  #paintTabs() {
    const { asked, have } = this.#run;
    const offered = viewsOf(asked, have);
    if (offered.map(({ id }) => id).join() !== this.#offered.map(({ id }) => id).join()) this.#offer(offered);
    this.#turnTo(viewToShow(this.#chosen, asked, have, offered));
  }

  #offer(offered) {
    const kept = new Map([...this.tabs.children].map((tab) => [tab.dataset.view, tab]));
    const focused = this.tabs.contains(document.activeElement) ? document.activeElement : null;
    this.#offered = offered;
    const tabs = offered.map(({ id, label }) => kept.get(id) ?? make("button", {
      type: "button", role: "tab", id: `${this.id}-tab-${id}`, "data-view": id, "aria-selected": "false", tabindex: "-1", "aria-controls": `${this.id}-${id}`,
    }, label));
    for (const [id, tab] of kept) if (!offered.some((view) => view.id === id)) tab.remove();
    tabs.forEach((tab, at) => this.tabs.children[at] !== tab && this.tabs.insertBefore(tab, this.tabs.children[at] ?? null));
    focused?.focus({ preventScroll: true });
    this.tabs.hidden = this.views.hidden = !offered.length;
  }

  #turnTo(id) {
    if (id && !this.#panels.has(id)) this.#load(id);
    for (const tab of this.tabs.children) {
      const selected = tab.dataset.view === id;
      tab.setAttribute("aria-selected", String(selected));
      tab.tabIndex = selected ? 0 : -1;
    }
    for (const [name, panel] of this.#panels) panel.hidden = name !== id;
    this.#shown = id;
  }

  #load(id) {
    const panel = make(`run-${id}`, this.#panelAttributes(id));
    this.#panels.set(id, panel);
    this.views.append(panel);
    const ready = () => {
      panel.run = this.#run;
      this.#soon();
    };
    if (panel.refresh) return ready();
    const failed = () => panel.replaceChildren(make("p", { class: "hint" }, "This view could not be loaded. Reload the page and run it again."));
    this.dispatchEvent(new CustomEvent("view-needed", { bubbles: true, detail: { name: `run-${id}`, ready, failed } }));
  }

  #panelAttributes(id) {
    return { class: "view", role: "tabpanel", id: `${this.id}-${id}`, "aria-labelledby": `${this.id}-tab-${id}`, "data-view": id };
  }

  #choose(tab) {
    if (!tab) return;
    this.#chosen = tab.dataset.view;
    this.#paintTabs();
    this.#soon();
  }

  #key(event) {
    const tabs = [...this.tabs.children];
    const at = tabTo(event.key, tabs.indexOf(event.target), tabs.length);
    if (at === null || event.metaKey || event.ctrlKey || event.altKey) return;
    event.preventDefault();
    tabs[at].focus();
    this.#choose(tabs[at]);
  }

  // Whole sentences, for those who listen; what they were told of a run before is not told again. What went wrong is told to all.
  #announce() {
    const { reader, sentences } = this.#aloud;
    const { view, isOver } = this.#run;
    const isOff = read("announce") === "off";
    while (!reader.isOver) {
      const part = reader.take(MOST_AT_ONCE);
      if (!isOff) sentences.push(part);
    }
    if (isOver && view.state !== "idle") sentences.end(view.error ? `${view.error.message} ${view.error.hint ?? ""}` : "");
    const words = sentences.take(performance.now());
    if (words) this.aloud.textContent = words;
    if (!sentences.isEmpty) {
      clearTimeout(this.#later);
      this.#later = setTimeout(() => this.#soon(), PAUSE);
    }
  }
}

customElements.define("run-answer", RunAnswer);
