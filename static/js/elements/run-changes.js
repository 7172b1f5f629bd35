// <run-changes>: what a reader changed in the documented request, line by line.

import { findFault } from "../lib/json.js";
import { diffLines } from "../lib/line-diff.js";
import { maker } from "../lib/make.js";
import { pretty } from "../lib/pretty.js";

const make = maker(document);
const SAID = { gone: "documented: ", new: "now: ", same: "" };
const CUT = 160;

class RunChanges extends HTMLElement {
  #panel = null;

  open({ panel }) {
    this.#panel = panel;
    this.tabIndex = 0;
    this.list = make("pre", { class: "lines" });
    this.append(this.list);
    this.refresh();
  }

  refresh() {
    if (!this.list || this.hidden) return;
    const { documented, dataset, body } = this.#panel;
    const head = ({ method, path, upstream }) => `${method} ${path} → ${upstream}\n`;
    const [before, now] = laidOut(documented.body, body.value);
    const lines = diffLines(head(documented) + before, head(dataset) + now);
    this.list.replaceChildren(...lines.map(({ kind, text }) => {
      const line = make("span", { class: kind }, make("span", { class: "said" }, SAID[kind]), text.length > CUT ? `${text.slice(0, CUT)}… (${text.length.toLocaleString("en")} characters)` : text, "\n");
      return line;
    }));
  }
}

// Two bodies that are JSON are laid out alike, so that how one was typed is no difference.
const laidOut = (...bodies) => (bodies.some((body) => !body || findFault(body)) ? bodies : bodies.map((body) => pretty(body, body.length)));

customElements.define("run-changes", RunChanges);
