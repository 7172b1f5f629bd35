// <run-text>: what the model says: plain while it comes, markdown once a block is complete; its thoughts folded above, the reader's reply below.

import { Blocks } from "../lib/blocks.js";
import { branchBody, isChat, replyBody, turnsOf } from "../lib/conversation.js";
import { Flow } from "../lib/flow.js";
import { read, write } from "../lib/kept.js";
import { maker, say } from "../lib/make.js";
import { nodesOf } from "../lib/markup.js";
import { Parts } from "../lib/parts.js";
import { thoughtText } from "../lib/thought.js";

const make = maker(document);
// More than this is not laid out in one frame; what is left comes in the next.
const MOST_AT_ONCE = 16_000;
const ROLES = { user: "You", assistant: "Model", system: "System", developer: "System", tool: "Tool" };

let loading = null;
let parse = null;

// The reader of markdown comes with the first block that is complete. Where it is not to be had the text stays plain.
function markdown() {
  loading ??= import(new URL("../../vendor/markdown.js", import.meta.url).href).then(({ load }) => load()).then((loaded) => {
    parse = loaded.parse;
  });
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
  #from = null; // the turn to go on from, when it is not the last

  connectedCallback() {
    if (this.text) return;
    this.tabIndex = 0;
    this.turns = make("ol", { class: "turns", hidden: "" });
    this.summary = make("summary");
    this.thought = make("div", { class: "thought" });
    this.thinking = make("details", { class: "thinking", hidden: "" }, this.summary, this.thought);
    this.done = make("div", { class: "done" });
    this.tail = make("div", { class: "tail" });
    this.text = make("div", { class: "text", dir: "auto" }, this.done, this.tail);
    this.noteText = make("div", { class: "note" });
    this.append(this.turns, this.thinking, this.text, this.noteText, this.#bar(), this.#composer());
    this.text.addEventListener("click", (event) => this.#copyBlock(event.target.closest("button.copy")));
    this.turns.addEventListener("click", (event) => this.#branch(event.target.closest("button")));
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

  #composer() {
    this.reply = make("textarea", { rows: "2", "aria-label": "Reply to the model", placeholder: "Reply", name: "reply" });
    this.send = make("button", { type: "submit", class: "send" }, "Send");
    this.where = make("p", { class: "where", hidden: "" });
    this.form = make("form", { class: "reply", hidden: "" }, this.where, this.reply, this.send);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#answer();
    });
    this.reply.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.#from) this.#goOnFrom(null);
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#answer();
    });
    return this.form;
  }

  set run(run) {
    this.#run = run;
    this.#goOnFrom(null);
    this.#paintTurns();
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
    this.form.hidden = !isChat(this.#run.request) || (this.form.hidden && (live || !this.#run.parts.text.length));
    this.send.disabled = live;
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
    if (!parse) {
      if (part) this.#flows.text.append(part);
      markdown().then(() => this.#waiting.length && this.#renderWaiting(), () => this.#stayPlain());
      return;
    }
    this.#renderWaiting();
  }

  #renderWaiting() {
    let room = MOST_AT_ONCE;
    while (this.#waiting.length && room > 0) {
      const { text, isPlain } = this.#waiting.shift();
      room -= text.length;
      if (!isPlain) this.#long = null;
      if (isPlain) (this.#long ??= this.#flow(this.done)).append(text);
      else this.done.append(...nodesOf(parse(text), make));
    }
    this.tail.replaceChildren();
    this.#flows.text = this.#flow(this.tail);
    const rest = this.#waiting.map(({ text }) => text).join("") + this.#blocks.rest;
    if (rest) this.#flows.text.append(rest);
    if (this.#waiting.length) {
      requestAnimationFrame(() => this.#waiting.length && this.#renderWaiting());
    }
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

  #paintTurns() {
    const turns = turnsOf(this.#run.request);
    this.turns.hidden = turns.length < 2;
    this.turns.replaceChildren(...(this.turns.hidden ? [] : turns.map(turnElement)));
  }

  #branch(button) {
    if (!button) return;
    const turn = turnsOf(this.#run.request).find(({ at }) => at === Number(button.dataset.at));
    this.#goOnFrom({ at: turn.at, instead: turn.role === "user" });
    if (turn.role === "user") this.reply.value = turn.text;
    this.form.hidden = false;
    this.reply.focus();
  }

  #goOnFrom(from) {
    this.#from = from;
    this.where.hidden = !from;
    if (!from) return;
    const cancel = make("button", { type: "button" }, "Cancel");
    cancel.addEventListener("click", () => {
      this.#goOnFrom(null);
      this.reply.value = "";
      this.reply.focus();
    });
    const words = from.instead ? "This is sent instead of that turn; what followed it is left out." : "This is sent after that turn; what followed it is left out.";
    this.where.replaceChildren(make("span", {}, words), cancel);
  }

  #answer() {
    const text = this.reply.value.trim();
    if (!text || this.#run.live) return;
    const body = this.#from ? branchBody(this.#run.request, this.#from.at, text, this.#from) : replyBody(this.#run, text);
    if (!body) return;
    this.reply.value = "";
    this.dispatchEvent(new CustomEvent("run-asked", { bubbles: true, detail: { body, keepsFocus: true } }));
  }
}

const sizeOf = (blocks) => blocks.reduce((sum, { text }) => sum + text.length, 0);

function turnElement({ at, role, text, calls, pictures }) {
  const label = role === "user" ? "Edit this turn" : "Go on from this turn";
  const button = make("button", { type: "button", "data-at": at, "aria-label": `${label}: ${text.slice(0, 60)}` }, role === "user" ? "Edit" : "Go on from here");
  const head = make("p", { class: "role" }, make("span", {}, ROLES[role] ?? role), ...(role === "system" || role === "developer" ? [] : [button]));
  const called = calls.map((call) => make("p", { class: "called" }, make("code", {}, `${call.name}(${call.text})`)));
  const seen = pictures ? [make("p", { class: "hint" }, pictures === 1 ? "1 picture" : `${pictures} pictures`)] : [];
  return make("li", { "data-role": role }, head, ...(text ? [make("div", { class: "words", dir: "auto" }, text)] : []), ...called, ...seen);
}

customElements.define("run-text", RunText);
