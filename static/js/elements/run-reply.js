// <run-reply>: what the reader says next in a chat: after the answer, after an earlier turn, or instead of one.

import { maker, say } from "../lib/make.js";

const make = maker(document);

class RunReply extends HTMLElement {
  #run = null;
  #from = null; // the turn to go on from, when it is not the last

  connectedCallback() {
    if (this.form) return;
    this.words = make("textarea", { rows: "2", "aria-label": "Reply to the model", placeholder: "Reply", name: "reply" });
    this.send = make("button", { type: "submit", class: "send" }, "Send");
    this.said = make("span");
    this.cancel = make("button", { type: "button" }, "Cancel");
    this.where = make("p", { class: "where", hidden: "" }, this.said, this.cancel);
    this.form = make("form", { class: "reply" }, this.where, this.words, this.send);
    this.append(this.form);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    this.words.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.#from) this.#goOnFrom(null);
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#send();
    });
    this.cancel.addEventListener("click", () => {
      this.#goOnFrom(null);
      this.words.value = "";
      this.words.focus();
    });
  }

  /** @param {import("../lib/answering.js").Answering} run another one than before, whose last turn is gone on from */
  set run(run) {
    this.#run = run;
    this.#goOnFrom(null);
  }

  /** Nothing is sent while the model still speaks. */
  refresh() {
    this.send.disabled = this.#run.live;
  }

  /** Goes on after a turn, or with another text in its place. @param {import("../lib/conversation.js").Turn} turn */
  begin(turn) {
    this.#goOnFrom({ at: turn.at, instead: turn.role === "user" });
    if (turn.role === "user") this.words.value = turn.text;
    this.words.focus();
  }

  #goOnFrom(from) {
    this.#from = from;
    this.where.hidden = !from;
    this.cancel.hidden = false;
    if (from) say(this.said, `This is sent ${from.instead ? "instead of" : "after"} that turn; what followed it is left out.`);
  }

  async #send() {
    const text = this.words.value.trim();
    if (!text || this.#run.live) return;
    const [run, from] = [this.#run, this.#from];
    const body = await bodyOf(run, text, from).catch(() => this.#complain());
    if (!body || run !== this.#run) return;
    this.words.value = "";
    this.dispatchEvent(new CustomEvent("run-asked", { bubbles: true, detail: { body, keepsFocus: true } }));
  }

  #complain() {
    this.where.hidden = false;
    this.cancel.hidden = true;
    say(this.said, "Nothing was sent: a part of the page could not be loaded. Send it again.");
  }
}

// How a chat goes on is written in its wire's own form; that is needed with the first reply.
async function bodyOf(run, text, from) {
  const { branchBody, replyBody } = await import("../lib/conversation.js");
  return from ? branchBody(run.request, from.at, text, from) : replyBody(run, text);
}

customElements.define("run-reply", RunReply);
