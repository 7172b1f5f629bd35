// <run-repeat>: the same request several times, and how its figures spread.

import { endingOf } from "../lib/ending.js";
import { Answering } from "../lib/answering.js";
import { drawer, maker, say } from "../lib/make.js";
import { Running } from "../lib/running.js";
import { dotsOf, spreadsOf } from "../lib/spread.js";
import { withStandIn } from "../lib/stand-in.js";

const make = maker(document);
const draw = drawer(document);
const [FEWEST, MOST] = [2, 50];
const COLUMNS = { min: "least", median: "median", p95: "p95", max: "most" };
const [WIDTH, HEIGHT, EDGE] = [112, 24, 4];

class RunRepeat extends HTMLElement {
  #running = null;
  #over = true;

  /** @param {Element} panel it works for */
  open(panel) {
    this.panel = panel;
    if (this.form) return;
    this.count = make("input", { type: "number", min: FEWEST, max: MOST, value: "10", required: "", inputmode: "numeric" });
    this.button = make("button", { class: "start" }, "Start");
    const close = make("button", { type: "button", class: "close", "aria-label": "Close Repeat" }, "×");
    close.addEventListener("click", () => this.#close());
    this.form = make("form", { class: "tool-head" }, make("strong", {}, "Repeat"), make("label", {}, "times ", this.count), this.button, close);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#over ? this.#start() : this.#stop();
    });
    this.said = make("p", { class: "hint", role: "status" });
    this.problems = make("ul", { class: "problems", hidden: "" });
    const names = ["", ...Object.values(COLUMNS)].map((name) => make("th", { scope: "col" }, name));
    this.rows = make("tbody");
    this.table = make("div", { class: "wide", tabindex: "0", role: "group", "aria-label": "Figures of the runs", hidden: "" }, make("table", { class: "spreads" },
      make("thead", {}, make("tr", {}, ...names, make("th", { scope: "col" }, "each run"))), this.rows));
    this.append(this.form, this.said, this.problems, this.table);
    say(this.said, "Runs go one after the other, so that none is slowed by the next. Each is kept under Runs.");
  }

  #close() {
    this.#stop();
    this.hidden = true;
    this.panel.querySelector("button.more")?.focus();
  }

  #stop() {
    this.#over = true;
    this.#running?.stop();
  }

  async #start() {
    const { fault, ...asked } = this.panel.request;
    if (fault) return say(this.said, `The body is not JSON: at line ${fault.line}, ${fault.message}. Nothing was sent.`);
    const { prepared: request, note, error } = await withStandIn(asked);
    if (error) return say(this.said, `${error.message} ${error.hint ?? ""}`);
    const wanted = Number(this.count.value);
    this.#turn(false);
    this.problems.hidden = true;
    this.problems.replaceChildren();
    const [stats, texts] = [[], []];
    let done = 0;
    for (; done < wanted && !this.#over; done += 1) {
      say(this.said, `Run ${done + 1} of ${wanted}. ${note}`);
      const answering = await this.#once(request);
      if (answering.view.state === "cancelled") break;
      if (answering.view.state === "done") {
        stats.push(answering.view.stats);
        texts.push(answering.text);
      } else {
        this.#tell(done + 1, endingOf(answering)?.what ?? "It ended before the answer was whole.");
      }
      this.#paint(stats);
    }
    this.#turn(true);
    say(this.said, `${summary(done, wanted, stats, texts)} ${note}`);
  }

  #turn(over) {
    this.#over = over;
    say(this.button, over ? "Start" : "Stop");
    this.button.classList.toggle("stops", !over);
  }

  #once(request) {
    const begin = () => new Answering({ ...request, startedAt: Date.now() });
    let answering = begin();
    return new Promise((ended) => {
      this.#running = new Running(this.panel.connection, {
        changed: (frame) => {
          if (frame) answering.take(frame);
          answering.read();
          answering.view = this.#running?.view ?? answering.view;
        },
        ended: (view) => {
          answering.view = view;
          answering.read();
          ended(answering);
        },
        anew: () => (answering = begin()),
      });
      this.#running.start(request, this.panel.source);
    });
  }

  #tell(number, what) {
    this.problems.hidden = false;
    this.problems.append(make("li", {}, `Run ${number}: ${what}`));
  }

  #paint(stats) {
    const spreads = spreadsOf(stats);
    this.table.hidden = !spreads.length;
    this.rows.replaceChildren(...spreads.map(({ name, text, values, spread }) => make("tr", {},
      make("th", { scope: "row" }, name),
      ...Object.entries(COLUMNS).map(([key, column]) => make("td", { "data-name": column }, text(key === "min" || key === "max" ? spread[key] : rounded(spread[key])))),
      make("td", { class: "each" }, spread.max > spread.min ? strip(name, text, values, spread) : "the same each time"))));
  }
}

const rounded = (value) => (Number.isInteger(value) ? value : Math.round(value * 10) / 10);

function summary(done, wanted, stats, texts) {
  const failed = done - stats.length;
  const different = new Set(texts).size;
  const answers = texts.length > 1 && texts[0] ? `; ${different === 1 ? "all answers are the same" : `${different} different answers`}` : "";
  const count = done < wanted ? `Stopped after ${done} of ${wanted} runs` : `${done} runs`;
  return `${count}${failed ? `, ${failed} of them failed` : ""}${answers}.`;
}

/** A dot for each run on a line from the least to the most, and a mark at the median. */
function strip(name, text, values, spread) {
  const across = WIDTH - 2 * EDGE;
  const dots = dotsOf(values, spread, across);
  const median = EDGE + ((spread.median - spread.min) / (spread.max - spread.min)) * across;
  const rows = Math.max(...dots.map(({ row }) => row)) + 1;
  const step = Math.min(6, (HEIGHT - 8) / rows);
  return draw("svg", { class: "strip", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: WIDTH, height: HEIGHT, role: "img",
    "aria-label": `${name} of ${values.length} runs, from ${text(spread.min)} to ${text(spread.max)}` },
    draw("line", { x1: median, x2: median, y1: 1, y2: HEIGHT - 1 }),
    ...dots.map(({ x, row }) => draw("circle", { cx: (EDGE + x).toFixed(1), cy: (HEIGHT / 2 + (row % 2 ? 1 : -1) * Math.ceil(row / 2) * step).toFixed(1), r: 2.8 })));
}

customElements.define("run-repeat", RunRepeat);
