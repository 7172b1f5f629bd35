// <run-figures>: every number of a run with who took it, and where its time went.

import { allFiguresOf } from "../lib/figures.js";
import { drawer, maker, say } from "../lib/make.js";
import { legendOf, stretchesOf } from "../lib/timeline.js";

const make = maker(document);
const draw = drawer(document);
const PAUSE = 200;
const [WIDTH, HEIGHT] = [600, 22];

class RunFigures extends HTMLElement {
  #run = null;
  #painted = { at: 0, state: null };

  connectedCallback() {
    if (this.drawing) return;
    this.tabIndex = 0;
    this.drawing = draw("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img" });
    this.legend = make("ul", { class: "legend" });
    this.body = make("tbody");
    const head = make("tr", {}, ...["figure", "value", "by"].map((name) => make("th", { scope: "col" }, name)));
    this.append(this.drawing, this.legend, make("table", {}, make("thead", {}, head), this.body));
  }

  set run(run) {
    this.#run = run;
    this.#painted = { at: 0, state: null };
  }

  refresh() {
    const { view } = this.#run;
    const now = performance.now();
    if (view.state === this.#painted.state && (!this.#run.live || now - this.#painted.at < PAUSE)) return;
    this.#painted = { at: now, state: view.state };
    this.#paintTimeline(stretchesOf(view, this.#run.tape.pieces, this.#run.reader.promptMs));
    this.#paintTable(allFiguresOf(this.#run));
  }

  #paintTimeline(stretches) {
    const legend = legendOf(stretches);
    const end = Math.max(...stretches.map(({ to }) => to), 1);
    this.drawing.setAttribute("aria-label", `Where the time went: ${legend.map(({ text }) => text).join("; ") || "nothing yet"}`);
    this.drawing.replaceChildren(...stretches.map(({ kind, from, to }) => draw("rect", {
      class: kind, x: ((from / end) * WIDTH).toFixed(2), y: "0", height: HEIGHT, width: Math.max(((to - from) / end) * WIDTH, 1.5).toFixed(2),
    })));
    this.legend.replaceChildren(...legend.map(({ kind, text }) => make("li", { class: kind }, text)));
  }

  #paintTable(figures) {
    const { body } = this;
    while (body.children.length > figures.length) body.lastChild.remove();
    while (body.children.length < figures.length) body.append(make("tr", {}, make("th", { scope: "row" }), make("td"), make("td")));
    figures.forEach(({ name, value, measured }, at) => {
      const [term, number, by] = body.children[at].children;
      say(term, name);
      say(number, String(value));
      say(by, measured === null ? "" : measured ? "measured" : "Ollama");
    });
  }
}

customElements.define("run-figures", RunFigures);
