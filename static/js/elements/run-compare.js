// <run-compare>: the same request to several models or servers, their answers side by side, with what differs.

import { modelIn, withModel } from "../lib/asking.js";
import { choicesFor, firstSeats, MOST, nextSeat, rowsOf } from "../lib/contest.js";
import { maker, say } from "../lib/make.js";
import { Running } from "../lib/running.js";
import { besideOneAnother } from "../lib/spread.js";
import { IDLE } from "../lib/view.js";
import { compareTexts, likeness } from "../lib/words.js";

const make = maker(document);

class RunCompare extends HTMLElement {
  #choices = [];
  #lanes = [];
  #over = true;

  /** @param {Element} panel it works for */
  open(panel) {
    this.panel = panel;
    if (this.form) return;
    this.#build();
    say(this.said, "Asking which models are here");
    this.#ask();
  }

  // A portal that has just started may not have looked at its servers yet.
  async #ask() {
    if (!this.isConnected) return;
    try {
      const { upstreams } = await (await fetch("/upstreams/")).json();
      this.#offer(upstreams);
    } catch {
      say(this.said, "Which models are here could not be asked: the portal does not answer. Close this and try again.");
    }
  }

  #build() {
    this.button = make("button", { class: "start", disabled: "" }, "Run all");
    this.add = make("button", { type: "button", hidden: "" }, "Add a model");
    this.add.addEventListener("click", () => this.#seat(nextSeat(this.#seats, this.#choices)));
    const close = make("button", { type: "button", class: "close", "aria-label": "Close Compare" }, "×");
    close.addEventListener("click", () => this.#close());
    this.form = make("form", { class: "tool-head" }, make("strong", {}, "Compare"), this.add, this.button, close);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#over ? this.#start() : this.#stop();
    });
    this.said = make("p", { class: "hint", role: "status" });
    this.lanes = make("div", { class: "lanes" });
    this.figures = make("div", { class: "wide figures-beside", tabindex: "0", role: "group", "aria-label": "Figures side by side", hidden: "" });
    this.differences = make("section", { class: "differences", hidden: "" });
    this.append(this.form, this.said, this.lanes, this.figures, this.differences);
  }

  #offer(upstreams) {
    const { request } = this.panel;
    this.#choices = choicesFor(request.path, upstreams);
    const seats = firstSeats({ upstream: request.upstream, model: modelIn(request) }, this.#choices);
    if (!seats.length && upstreams.some(({ state }) => state === "unknown")) return setTimeout(() => this.#ask(), 1000);
    if (!seats.length) return say(this.said, noneText(upstreams));
    say(this.said, "Each server answers one after the other, so that no run is slowed by another.");
    for (const seat of seats) this.#seat(seat);
    this.button.disabled = false;
  }

  get #seats() {
    return this.#lanes.map(({ select }) => JSON.parse(select.value));
  }

  #seat(seat) {
    const select = make("select", { "aria-label": `Model ${this.#lanes.length + 1}` });
    for (const { upstream, models } of this.#choices) {
      const options = models.map(({ name, loaded }) => make("option", { value: JSON.stringify({ upstream, model: name }) }, loaded ? `${name}, loaded` : name));
      if (options.length) select.append(...(this.#choices.length > 1 ? [make("optgroup", { label: upstream }, ...options)] : options));
    }
    select.value = JSON.stringify(seat);
    const remove = make("button", { type: "button", class: "close" }, "×");
    const answer = make("run-answer", { class: "answer", id: `${this.panel.id}-lane-${crypto.randomUUID().slice(0, 8)}` });
    const lane = { select, remove, answer, running: null, said: null, box: make("div", { class: "lane" }, make("div", { class: "lane-head" }, select, remove)) };
    remove.addEventListener("click", () => this.#leave(lane));
    answer.addEventListener("run-asked", ({ detail }) => this.#again(lane, detail.model));
    this.#lanes.push(lane);
    this.lanes.append(lane.box);
    this.#count();
  }

  #leave(lane) {
    this.#lanes = this.#lanes.filter((other) => other !== lane);
    lane.box.remove();
    this.#count();
    this.#sum();
    this.add.focus();
  }

  #count() {
    const { length } = this.#lanes;
    this.lanes.dataset.count = length;
    this.add.hidden = length >= MOST;
    this.#lanes.forEach(({ select, remove }, at) => {
      select.ariaLabel = `Model ${at + 1}`;
      remove.ariaLabel = `Take away model ${at + 1}`;
      remove.hidden = length <= 2;
    });
  }

  #close() {
    this.#stop();
    this.hidden = true;
    this.panel.querySelector("button.more")?.focus();
  }

  #stop() {
    this.#over = true;
    for (const { running } of this.#lanes) running?.stop();
  }

  async #start() {
    const { request } = this.panel;
    if (request.fault) return say(this.said, `The body is not JSON: at line ${request.fault.line}, ${request.fault.message}. Nothing was sent.`);
    this.#turn(false);
    await this.#loaded();
    for (const lane of this.#lanes) this.#prepare(lane, request);
    this.figures.hidden = this.differences.hidden = true;
    say(this.said, "Running");
    await Promise.all(rowsOf(this.#seats).map((row) => this.#one(row)));
    this.#turn(true);
    const failed = this.#lanes.filter(({ running }) => running && running.view.state !== "done").length;
    say(this.said, failed ? `All have ended, ${failed} of ${this.#lanes.length} without a whole answer.` : "All have ended.");
    this.#sum();
  }

  /** One of them once more, with another model of its server where one was chosen. */
  async #again(lane, model) {
    const { request } = this.panel;
    if (!this.#over || request.fault) return;
    const chosen = JSON.stringify({ ...JSON.parse(lane.select.value), ...(model ? { model } : {}) });
    if ([...lane.select.options].some(({ value }) => value === chosen)) lane.select.value = chosen;
    this.#turn(false);
    this.#prepare(lane, request);
    await this.#run(lane);
    this.#turn(true);
    this.#sum();
  }

  #turn(over) {
    this.#over = over;
    say(this.button, over ? "Run all" : "Stop");
    for (const { select, remove } of this.#lanes) select.disabled = remove.disabled = !over;
    this.add.disabled = !over;
  }

  #loaded() {
    if (customElements.get("run-answer")) return undefined;
    return new Promise((ready, failed) => this.dispatchEvent(new CustomEvent("view-needed", { bubbles: true, detail: { name: "run-answer", ready, failed } })));
  }

  #prepare(lane, request) {
    const { upstream, model } = JSON.parse(lane.select.value);
    lane.request = { ...withModel(request, model), upstream, startedAt: Date.now() };
    if (!lane.answer.isConnected) lane.box.append(lane.answer);
    lane.answer.setAttribute("aria-label", `Answer ${this.#nameOf(lane)}`);
    lane.answer.begin(lane.request);
    lane.answer.note = "It waits for its turn on this server.";
    lane.text = "";
    lane.stats = null;
  }

  async #one(row) {
    for (const at of row) {
      if (this.#over) {
        Object.assign(this.#lanes[at].answer, { note: "It was not run.", view: IDLE });
        continue;
      }
      await this.#run(this.#lanes[at]);
      this.#sum();
    }
  }

  #run(lane) {
    lane.answer.note = "";
    return new Promise((ended) => {
      lane.running = new Running(this.panel.connection, {
        changed: (frame) => {
          if (frame) lane.answer.take(frame);
          if (lane.running) lane.answer.view = lane.running.view;
        },
        ended: (view) => {
          lane.answer.view = view;
          // What failed fast was not fast: its figures are beside its own card, not in the race.
          lane.stats = view.state === "done" ? view.stats : null;
          lane.text = lane.stats ? lane.answer.said : "";
          ended();
        },
        anew: () => lane.answer.begin(lane.request),
      });
      lane.running.start(lane.request, this.panel.source);
      lane.answer.view = lane.running.view;
    });
  }

  #nameOf(lane) {
    const { upstream, model } = JSON.parse(lane.select.value);
    const isElsewhere = this.#seats.some((seat) => seat.upstream !== upstream);
    return `${this.#lanes.indexOf(lane) + 1}: ${model}${isElsewhere ? ` on ${upstream}` : ""}`;
  }

  /** The figures in rows, and the differences, as far as there are any. */
  #sum() {
    const ended = this.#lanes.filter(({ stats }) => stats);
    this.figures.hidden = ended.length < 2;
    if (!this.figures.hidden) this.#paintFigures();
    const spoken = this.#lanes.filter(({ text }) => text);
    this.differences.hidden = spoken.length < 2;
    if (!this.differences.hidden) this.#paintDifferences(spoken);
  }

  #paintFigures() {
    const names = this.#lanes.map((lane) => make("th", { scope: "col" }, this.#nameOf(lane)));
    const rows = besideOneAnother(this.#lanes.map(({ stats }) => stats)).map(({ name, cells }) => make("tr", {},
      make("th", { scope: "row" }, name),
      ...cells.map(({ text, best }) => make("td", best ? { class: "best" } : {}, text, ...(best ? [make("small", {}, " best")] : [])))));
    this.figures.replaceChildren(make("table", {}, make("thead", {}, make("tr", {}, make("td"), ...names)), make("tbody", {}, ...rows)));
  }

  #paintDifferences(spoken) {
    const [first, ...others] = spoken;
    const name = (lane) => this.#nameOf(lane);
    this.differences.replaceChildren(...others.map((other) => {
      const parts = compareTexts(first.text, other.text);
      const title = `From ${name(first)} to ${name(other)}`;
      if (!parts) return make("details", { class: "difference" }, make("summary", {}, title), make("p", { class: "hint" }, "The two are too long to be compared word by word."));
      const share = first.text === other.text ? "the same" : `${Math.round(100 * likeness(parts))} % of the words are the same`;
      return make("details", { class: "difference", open: "" }, make("summary", {}, title, make("small", {}, ` ${share}`)),
        make("div", { class: "diff", dir: "auto", tabindex: "0", role: "group", "aria-label": title }, ...parts.flatMap(marked)));
    }));
  }
}

function noneText(upstreams) {
  const down = upstreams.filter(({ state }) => state === "down").map(({ name, problem }) => `${name}: ${problem}`);
  const more = down.length ? ` Not reached: ${down.join(" ")}` : "";
  return `No model that could answer this is here. Install one (ollama pull), or connect a server that has one.${more}`;
}

// The blanks between words are neither gone nor new.
function marked({ kind, text }) {
  if (kind === "same") return [text];
  const word = text.trimStart();
  return [text.slice(0, text.length - word.length), make(kind === "gone" ? "del" : "ins", {}, word)];
}

customElements.define("run-compare", RunCompare);
