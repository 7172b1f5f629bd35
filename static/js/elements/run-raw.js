// <run-raw>: the bytes as curl shows them, to copy and to take along.

import { harText, httpText } from "../lib/exports.js";
import { Flow } from "../lib/flow.js";
import { maker, say } from "../lib/make.js";

const make = maker(document);
const MOST_SHOWN = 2_000_000;
const MOST_AT_ONCE = 40_000;

class RunRaw extends HTMLElement {
  #run = null;
  #flow = null;
  #next = 0;
  #within = 0;
  #shown = 0;
  #working = false;

  connectedCallback() {
    if (this.bytes) return;
    const button = (label, act) => {
      const made = make("button", { type: "button" }, label);
      made.addEventListener("click", act);
      return made;
    };
    this.said = make("span", { class: "said", "aria-live": "polite" });
    const copy = button("Copy", () => this.#copy());
    const http = button("Download .http", () => this.#download("http", "text/plain", httpText(this.#run)));
    const har = button("Download HAR", () => this.#download("har", "application/json", harText(this.#run)));
    this.bytes = make("div", { class: "bytes", tabindex: "0", role: "group", "aria-label": "The body as it came" });
    this.hint = make("p", { class: "hint" });
    this.append(make("div", { class: "bar" }, this.said, copy, http, har), this.hint, this.bytes);
  }

  set run(run) {
    this.#run = run;
    this.#next = this.#within = this.#shown = 0;
    this.bytes.replaceChildren();
    this.#flow = new Flow(this.bytes, () => make("div"));
    say(this.hint, "");
    say(this.said, "");
  }

  refresh() {
    if (this.#working) return;
    const { pieces } = this.#run.tape;
    const parts = [];
    let room = Math.min(MOST_AT_ONCE, MOST_SHOWN - this.#shown);
    while (room > 0 && this.#next < pieces.length) {
      const part = pieces[this.#next].text.slice(this.#within, this.#within + room);
      parts.push(part);
      room -= part.length;
      this.#shown += part.length;
      this.#within += part.length;
      if (this.#within === pieces[this.#next].text.length) [this.#next, this.#within] = [this.#next + 1, 0];
    }
    if (parts.length) this.#flow.append(parts.join(""));
    this.#sayMore(this.#next < pieces.length);
  }

  #sayMore(more) {
    if (more && this.#shown >= MOST_SHOWN) say(this.hint, "This is the beginning; Copy and the downloads have all of it.");
    else if (more) this.#again();
    else if (!this.#run.tape.pieces.length) say(this.hint, "No byte has come yet.");
    else say(this.hint, "");
  }

  #again() {
    this.#working = true;
    requestAnimationFrame(() => {
      this.#working = false;
      if (!this.hidden) this.refresh();
    });
  }

  async #copy() {
    try {
      await navigator.clipboard.writeText(this.#run.tape.text());
      say(this.said, "Copied");
    } catch {
      say(this.said, "The browser does not allow it here; mark the text and copy it");
    }
  }

  #download(ending, type, text) {
    const url = URL.createObjectURL(new Blob([text], { type }));
    const name = this.#run.request.path.split("/").filter(Boolean).join("-").replace(/[^\w.-]+/g, "-");
    make("a", { href: url, download: `${name}.${ending}` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  }
}

customElements.define("run-raw", RunRaw);
