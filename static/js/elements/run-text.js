// <run-text>: what the model says: plain while it comes, markdown once a block is complete; its thoughts folded above.

import { Blocks } from "../lib/blocks.js";
import { Flow } from "../lib/flow.js";
import { read, write } from "../lib/kept.js";
import { maker, say } from "../lib/make.js";
import { Parts } from "../lib/parts.js";
import { hasMarkup, wordsOf } from "../lib/prose.js";
import { thoughtText } from "../lib/thought.js";

const make = maker(document);
// More than this is not laid out in one frame; what is left comes in the next.
const MOST_AT_ONCE = 16_000;

let loading = null;
let nodes = null;

// The reader of markdown comes with the first text that may have some. Where it is not to be had the text stays plain.
function markdown() {
  loading ??= Promise.all([import("../lib/markup.js"), import(new URL("../../vendor/markdown.js", import.meta.url).href).then(({ load }) => load())]).then(
    ([{ nodesOf }, { parse }]) => (nodes = (text) => nodesOf(parse(text), make)),
  );
  return loading;
}

class RunText extends HTMLElement {
  #run = null;
  #readers = {};
  #flows = {};
  #blocks = new Blocks();
  #waiting = [];
  #long = null; // where a line too long for markdown goes on
  #isPlain = read("answers") === "plain";
  #isOver = false;
  #again = false;
  #turns = null;
  #reply = null;

  connectedCallback() {
    if (this.text) return;
    this.tabIndex = 0;
    this.summary = make("summary");
    this.thought = make("div", { class: "thought" });
    this.thinking = make("details", { class: "thinking", hidden: "" }, this.summary, this.thought);
    this.done = make("div", { class: "done" });
    this.tail = make("div", { class: "tail" });
    this.text = make("div", { class: "text", dir: "auto" }, this.done, this.tail);
    this.noteText = make("div", { class: "note" });
    this.nothing = make("p", { class: "hint" });
    this.append(this.thinking, this.text, this.noteText, this.nothing, this.#bar());
    this.text.addEventListener("click", (event) => this.#copyBlock(event.target.closest("button.copy")));
    this.addEventListener("turn-chosen", ({ detail }) => this.#part(this.#offerReply(), (reply) => reply.begin(detail)));
  }

  #bar() {
    const button = (label, act, attributes = {}) => {
      const made = make("button", { type: "button", ...attributes }, label);
      made.addEventListener("click", act);
      return made;
    };
    const spoken = read("announce") !== "off";
    this.said = make("span", { class: "said", "aria-live": "polite" });
    this.plain = button("Plain text", () => this.#turnPlain(), { "aria-pressed": String(this.#isPlain) });
    this.spoken = button("Announce", () => this.#turnSpoken(), { role: "switch", "aria-checked": String(spoken), title: "Let a screen reader say the answer while it comes, sentence by sentence" });
    this.bar = make("div", { class: "bar", hidden: "" }, this.said, this.spoken, this.plain, button("Copy", () => this.#copy(this.#run.text)));
    return this.bar;
  }

  set run(run) {
    this.#run = run;
    if (this.#reply?.begin) this.#reply.run = run;
    this.#showTurns();
    this.#rewind();
  }

  // From the beginning: another run, or the same in another look.
  #rewind() {
    const { thinking, text, note } = this.#run.parts;
    this.#readers = { thinking: new Parts(thinking), text: new Parts(text), note: new Parts(note) };
    this.#blocks = new Blocks();
    this.#waiting = [];
    this.#long = null;
    this.#isOver = false;
    for (const holder of [this.thought, this.done, this.tail, this.noteText]) holder.replaceChildren();
    this.#flows = { thinking: this.#flow(this.thought), text: this.#flow(this.tail), note: this.#flow(this.noteText) };
    this.thinking.hidden = true;
  }

  #flow(holder) {
    return new Flow(holder, () => make("div"));
  }

  refresh() {
    const follows = this.scrollHeight - this.scrollTop - this.clientHeight < 8;
    for (const kind of ["thinking", "note"]) {
      const part = this.#readers[kind].take(MOST_AT_ONCE);
      if (part) this.#flows[kind].append(part);
    }
    // What waits to be read as markdown is laid out anew when a part of it was: it must not pile up.
    const part = sizeOf(this.#waiting) < MOST_AT_ONCE ? this.#readers.text.take(MOST_AT_ONCE) : "";
    if (part) this.#take(part);
    const { live } = this.#run;
    const isAll = Object.values(this.#readers).every((reader) => reader.isOver);
    if (isAll && this.#run.isOver && !this.#isOver) this.#end();
    if (!isAll || this.#waiting.length) this.#soon();
    this.thinking.hidden = !this.thought.firstChild;
    if (!this.thinking.hidden) say(this.summary, thoughtText(this.#run.thought, live));
    this.bar.hidden = !this.#run.parts.text.length;
    const cameNone = isAll && this.#run.isOver && !Object.values(this.#run.parts).some(({ length }) => length);
    say(this.nothing, cameNone && this.#run.tape.bytes ? "No text came. Raw has what did." : "");
    if (this.#run.asked.turns !== null && !live && this.#run.parts.text.length) this.#offerReply();
    if (this.#reply?.form) this.#reply.refresh();
    if (follows && part && live) this.scrollTop = this.scrollHeight;
  }

  #soon() {
    if (this.#again) return;
    this.#again = true;
    requestAnimationFrame(() => {
      this.#again = false;
      if (!this.hidden) this.refresh();
    });
  }

  #take(part) {
    if (this.#isPlain) return this.#flows.text.append(part);
    this.#waiting.push(...this.#blocks.push(part));
    // Asked for before its block is complete, the reader is there by then.
    if (!loading && hasMarkup(this.#blocks.rest)) markdown().catch(() => {});
    if (!this.#waiting.length) return this.#flows.text.append(part);
    return this.#render(part);
  }

  #end() {
    this.#isOver = true;
    if (this.#isPlain) return;
    this.#waiting.push(...this.#blocks.end());
    if (this.#waiting.length) this.#render("");
  }

  // Complete blocks become what they mean, and what stands behind them is still plain.
  #render(part) {
    if (this.#waits) {
      if (part) this.#flows.text.append(part);
      markdown().then(() => this.#waiting.length && this.#renderWaiting(), () => this.#stayPlain());
      return;
    }
    this.#renderWaiting();
  }

  // Whether the next block cannot be laid out before the reader of markdown is here.
  get #waits() {
    return !nodes && this.#waiting.length > 0 && !this.#waiting[0].isPlain && hasMarkup(this.#waiting[0].text);
  }

  #renderWaiting() {
    let room = MOST_AT_ONCE;
    while (this.#waiting.length && room > 0 && !this.#waits) {
      const { text, isPlain } = this.#waiting.shift();
      room -= text.length;
      if (!isPlain) this.#long = null;
      if (isPlain) (this.#long ??= this.#flow(this.done)).append(text);
      else if (hasMarkup(text)) this.done.append(...nodes(text));
      else this.done.append(make("p", {}, wordsOf(text)));
    }
    this.tail.replaceChildren();
    this.#flows.text = this.#flow(this.tail);
    const rest = this.#waiting.map(({ text }) => text).join("") + this.#blocks.rest;
    if (rest) this.#flows.text.append(rest);
    if (this.#waits) this.#render("");
    else if (this.#waiting.length) requestAnimationFrame(() => this.#waiting.length && this.#renderWaiting());
  }

  #stayPlain() {
    this.#isPlain = true;
    this.plain.hidden = true;
    this.#waiting = [];
  }

  #turnPlain() {
    this.#isPlain = !this.#isPlain;
    this.plain.setAttribute("aria-pressed", String(this.#isPlain));
    write("answers", this.#isPlain ? "plain" : "markdown");
    this.#rewind();
    this.refresh();
  }

  #turnSpoken() {
    const on = this.spoken.getAttribute("aria-checked") !== "true";
    this.spoken.setAttribute("aria-checked", String(on));
    write("announce", on ? "on" : "off");
  }

  async #copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      say(this.said, "Copied");
    } catch {
      say(this.said, "The browser does not allow it here; mark the text and copy it");
    }
  }

  #copyBlock(button) {
    if (button) this.#copy(button.closest(".block").querySelector("code").textContent);
  }

  // The turns before it come with a chat that has some, and the place for a reply with the first answer.
  #showTurns() {
    if (!this.#turns && !(this.#run.asked.turns > 1)) return;
    if (!this.#turns) this.prepend((this.#turns = make("run-turns")));
    this.#part(this.#turns, (turns) => turns.show(this.#run));
  }

  #offerReply() {
    if (!this.#reply) {
      this.append((this.#reply = make("run-reply")));
      this.#part(this.#reply, (reply) => (reply.run = this.#run));
    }
    return this.#reply;
  }

  #part(part, use) {
    if (part.form || part.list) return use(part);
    const ready = () => use(part);
    const failed = () => part.replaceChildren(make("p", { class: "hint" }, "This part could not be loaded. Reload the page."));
    this.dispatchEvent(new CustomEvent("view-needed", { bubbles: true, detail: { name: part.localName, ready, failed } }));
    return undefined;
  }
}

const sizeOf = (blocks) => blocks.reduce((sum, { text }) => sum + text.length, 0);

customElements.define("run-text", RunText);
