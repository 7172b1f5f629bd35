// <run-answer>: what came back, in several views of one stream. Text is here; the other views are loaded when first shown.

import { Answering } from "../lib/answering.js";
import { endingOf, modelsFor } from "../lib/ending.js";
import { figuresOf, stateText } from "../lib/figures.js";
import { Flow } from "../lib/flow.js";
import { maker, say } from "../lib/make.js";
import { thoughtText } from "../lib/thought.js";
import { tabTo, viewToShow, viewsOf } from "../lib/views.js";

const make = maker(document);
// More than this is not laid out in one frame; what is left comes in the next.
const MOST_AT_ONCE = 40_000;
const KINDS = ["thinking", "text", "note"];

class RunAnswer extends HTMLElement {
  #run = null;
  #chosen = null;
  #shown = null;
  #offered = [];
  #fresh = {};
  #flows = {};
  #panels = new Map();
  #painting = false;
  #written = "null";

  connectedCallback() {
    if (this.state) return;
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", "Answer");
    this.state = make("span", { class: "state", role: "status" });
    this.numbers = make("dl", { class: "numbers" });
    this.substitute = make("p", { class: "substitute" });
    this.card = make("div", { class: "ending", hidden: "" });
    this.tabs = make("div", { class: "tabs", role: "tablist", "aria-label": "Views of the answer" });
    this.views = make("div", { class: "views" });
    this.append(make("div", { class: "figures" }, this.state, this.numbers), this.substitute, this.card, this.tabs, this.views);
    this.tabs.addEventListener("click", (event) => this.#choose(event.target.closest("[role=tab]")));
    this.tabs.addEventListener("keydown", (event) => this.#key(event));
    this.#panels.set("text", this.#textPanel());
  }

  /** A new request goes out. @param {object} request as `Answering` takes it */
  begin(request) {
    // The height stays until the end, so that the page does not jump up and down again.
    this.views.style.minBlockSize = this.#run ? `${Math.min(this.views.offsetHeight, 520)}px` : "";
    this.#run = new Answering(request);
    this.#fresh = { thinking: "", text: "", note: "" };
    for (const kind of KINDS) this.#empty(kind);
    for (const [id, panel] of this.#panels) if (id !== "text" && panel.refresh) panel.run = this.#run;
    this.note = "";
    this.#soon();
  }

  set request(request) {
    this.#run.request = request;
  }

  /** The answer's text as far as it has come. */
  get said() {
    return this.#run?.text ?? "";
  }

  set view(view) {
    this.#run.view = view;
    this.#soon();
  }

  /** A `data` or `end` frame of the run. */
  take(frame) {
    for (const { kind, text } of this.#run.take(frame)) this.#fresh[kind] += text;
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
    const { view } = this.#run;
    say(this.state, stateText(view));
    say(this.substitute, this.note);
    this.#paintNumbers(figuresOf(view, this.#run.reader.records));
    this.#paintEnding(endingOf(this.#run));
    this.#paintTabs();
    this.#paintText();
    if (this.#shown && this.#shown !== "text") this.#panels.get(this.#shown).refresh?.();
    if (!this.#run.live) this.views.style.minBlockSize = "";
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

  #paintEnding(ending) {
    const written = JSON.stringify(ending);
    if (this.#written === written) return;
    this.#written = written;
    this.card.hidden = !ending;
    this.card.classList.toggle("error", ending?.tone === "bad");
    if (!ending) return;
    const line = (name, text) => (text ? [make("p", { class: name }, text)] : []);
    this.buttons = make("p", { class: "buttons" });
    if (ending.offersAgain) this.#offerRun("Run again", {});
    if (ending.offersModels) this.#offerModels(this.buttons);
    const sent = ending.sent ? `Sent: ${ending.sent}.` : "";
    this.card.replaceChildren(...line("what", ending.what), ...line("sent", sent), ...line("next", ending.next), this.buttons);
  }

  async #offerModels(buttons) {
    const { upstream, path } = this.#run.request;
    const answer = await fetch(`/models/?${new URLSearchParams({ upstream })}`).then((found) => found.json(), () => ({}));
    if (buttons !== this.buttons) return;
    for (const model of modelsFor(path, answer.models ?? [])) this.#offerRun(`Use ${model}`, { model });
  }

  #offerRun(label, detail) {
    const button = make("button", { type: "button" }, label);
    button.addEventListener("click", () => this.dispatchEvent(new CustomEvent("run-asked", { detail })));
    this.buttons.append(button);
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

  #textPanel() {
    this.summary = make("summary");
    this.thought = make("div", { class: "thought" });
    this.thinking = make("details", { class: "thinking", hidden: "" }, this.summary, this.thought);
    this.text = make("div", { class: "text", dir: "auto" });
    this.noteText = make("div", { class: "note" });
    const panel = make("div", { ...this.#panelAttributes("text"), tabindex: "0" }, this.thinking, this.text, this.noteText);
    this.views.append(panel);
    return panel;
  }

  #empty(kind) {
    const holder = { thinking: this.thought, text: this.text, note: this.noteText }[kind];
    holder.replaceChildren();
    this.#flows[kind] = new Flow(holder, () => make("div"));
    if (kind === "thinking") this.thinking.hidden = true;
  }

  #paintText() {
    const panel = this.#panels.get("text");
    const follows = !panel.hidden && panel.scrollHeight - panel.scrollTop - panel.clientHeight < 8;
    let room = MOST_AT_ONCE;
    for (const kind of KINDS) {
      const part = this.#fresh[kind].slice(0, room);
      this.#fresh[kind] = this.#fresh[kind].slice(part.length);
      room -= part.length;
      if (part) this.#flows[kind].append(part);
      if (this.#fresh[kind]) this.#soon();
    }
    this.thinking.hidden = !this.thought.firstChild;
    if (!this.thinking.hidden) say(this.summary, thoughtText(this.#run.thought, this.#run.live));
    if (follows && room < MOST_AT_ONCE && this.#run.live) panel.scrollTop = panel.scrollHeight;
  }
}

customElements.define("run-answer", RunAnswer);
