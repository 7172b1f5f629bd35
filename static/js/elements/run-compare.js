// <run-compare>: the same request to several models or servers, their answers side by side, with what differs.

import { KEPT_IN } from "../lib/asked.js";
import { modelIn, withModel } from "../lib/asking.js";
import { choicesFor, firstSeats, MOST, nextSeat } from "../lib/contest.js";
import { differences, figuresTable } from "../lib/beside.js";
import { maker, say } from "../lib/make.js";
import { Running } from "../lib/running.js";
import { IDLE } from "../lib/view.js";

const make = maker(document);

class RunCompare extends HTMLElement {
  #choices = [];
  #lanes = [];
  #rows = new Map(); // for each server, the end of what was lined up there last
  #pending = 0;
  #round = {}; // what was lined up in an earlier round than this one was stopped before its turn

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
      this.#pending ? this.#stop() : this.#start();
    });
    this.said = make("p", { class: "hint", role: "status" });
    this.lanes = make("div", { class: "lanes" });
    this.beside = make("div", { class: "beside", hidden: "" });
    this.append(this.form, this.said, this.lanes, this.#buildReply(), this.beside);
  }

  // The next turn of all of them at once; each has a field of its own for one that goes on alone.
  #buildReply() {
    this.words = make("textarea", { rows: "2", "aria-label": "Reply to all", placeholder: "Reply to all", name: "reply" });
    this.reply = make("form", { class: "reply reply-to-all", hidden: "" }, this.words, make("button", { class: "send" }, "Send to all"));
    this.reply.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#replyToAll();
    });
    this.words.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#replyToAll();
    });
    return this.reply;
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
    return this.#lanes.map(seatOf);
  }

  #seat(seat) {
    const select = make("select", { "aria-label": `Model ${this.#lanes.length + 1}` });
    const isSeveral = this.#choices.length > 1;
    for (const { upstream, models } of this.#choices) {
      const nameOf = ({ name, loaded }) => `${name}${isSeveral ? ` on ${upstream}` : ""}${loaded ? ", loaded" : ""}`;
      const options = models.map((model) => make("option", { value: JSON.stringify({ upstream, model: model.name }) }, nameOf(model)));
      if (options.length) select.append(...(isSeveral ? [make("optgroup", { label: upstream }, ...options)] : options));
    }
    select.value = JSON.stringify(seat);
    const remove = make("button", { type: "button", class: "close" }, "×");
    const answer = make("run-answer", { class: "answer", id: `${this.panel.id}-lane-${crypto.randomUUID().slice(0, 8)}` });
    const box = make("div", { class: "lane" }, make("div", { class: "lane-head" }, select, remove));
    // `asked` is what it was asked last, `ran` the seat that answered, `said` the turns it was given apart from the others.
    const lane = { select, remove, answer, box, asked: null, ran: null, said: "", waits: false, running: null, stats: null, text: "" };
    remove.addEventListener("click", () => this.#leave(lane));
    answer.addEventListener("run-asked", ({ detail }) => this.#again(lane, detail));
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
    this.#round = {};
    for (const { running } of this.#lanes) running?.stop();
  }

  async #start() {
    const { request } = this.panel;
    if (request.fault) return say(this.said, `The body is not JSON: at line ${request.fault.line}, ${request.fault.message}. Nothing was sent.`);
    this.button.disabled = true;
    try {
      await this.#loaded();
    } catch {
      return say(this.said, "Nothing was sent: a part of the page could not be loaded. Try it again.");
    } finally {
      this.button.disabled = false;
    }
    this.beside.hidden = true;
    for (const lane of this.#lanes) this.#lineUp(lane, request, { said: "" });
    return undefined;
  }

  // What an answer asks for is done in its lane: the same once more, with another model of its server, or its own chat a turn further.
  async #again(lane, { model, body, errand }) {
    if (lane.waits) return;
    const chosen = JSON.stringify({ ...seatOf(lane), ...(model ? { model } : {}) });
    if ([...lane.select.options].some(({ value }) => value === chosen)) lane.select.value = chosen;
    if (errand) return this.#lineUp(lane, { ...lane.asked, ...errand }, { isErrand: true });
    const request = body === undefined ? lane.asked : { ...lane.asked, body };
    this.#lineUp(lane, request, { said: body === undefined ? lane.said : (await talk()).readerTurns(request) });
  }

  async #replyToAll() {
    const text = this.words.value.trim();
    const able = this.#lanes.filter(({ text: said }) => said);
    if (!text || this.#pending || !able.length) return;
    try {
      const { replyBody, readerTurns } = await talk();
      const requests = able.map(({ asked, answer }) => ({ ...asked, body: replyBody(answer.answering, text) }));
      this.words.value = "";
      this.beside.hidden = true;
      able.forEach((lane, at) => this.#lineUp(lane, requests[at], { said: readerTurns(requests[at]) }));
    } catch {
      say(this.said, "Nothing was sent: a part of the page could not be loaded. Send it again.");
    }
  }

  #loaded() {
    if (customElements.get("run-answer")) return undefined;
    return new Promise((ready, failed) => this.dispatchEvent(new CustomEvent("view-needed", { bubbles: true, detail: { name: "run-answer", ready, failed } })));
  }

  // Each server does one after the other.
  async #lineUp(lane, request, { said, isErrand = false }) {
    const round = this.#round;
    const sent = this.#prepare(lane, request, { said, isErrand });
    this.#turn(1);
    const before = this.#rows.get(sent.upstream);
    const turn = Promise.resolve(before).then(() => (round === this.#round ? this.#run(lane, sent) : this.#leaveOut(lane)));
    this.#rows.set(sent.upstream, turn);
    await turn;
    this.#turn(-1);
    this.#sum();
  }

  #prepare(lane, request, { said, isErrand }) {
    const seat = seatOf(lane);
    // An errand, such as a pull, names its own model, and is not what the lane was asked.
    const sent = { ...(isErrand ? request : withModel(request, seat.model)), upstream: seat.upstream, isErrand, startedAt: Date.now() };
    if (!isErrand) Object.assign(lane, { asked: sent, said });
    Object.assign(lane, { ran: seat, waits: true, running: null, text: "", stats: null });
    if (!lane.answer.isConnected) lane.box.append(lane.answer);
    lane.answer.setAttribute("aria-label", `Answer ${this.#nameOf(lane)}`);
    lane.answer.begin(sent);
    lane.answer.note = "It waits for its turn on this server.";
    return sent;
  }

  #leaveOut(lane) {
    lane.waits = false;
    Object.assign(lane.answer, { note: "It was not run.", view: IDLE });
  }

  #turn(more) {
    this.#pending += more;
    const over = !this.#pending;
    say(this.button, over ? "Run all" : "Stop");
    this.button.classList.toggle("stops", !over);
    for (const { select, remove } of this.#lanes) select.disabled = remove.disabled = !over;
    this.add.disabled = !over;
    if (!over) return say(this.said, "Running");
    const failed = this.#lanes.filter(({ ran, running }) => ran && running?.view.state !== "done").length;
    return say(this.said, failed ? `All have ended, ${failed} of ${this.#lanes.length} without a whole answer.` : "All have ended.");
  }

  #run(lane, sent) {
    lane.answer.note = "";
    return new Promise((ended) => {
      lane.running = new Running(this.panel.connection, {
        changed: (frame) => {
          if (frame) lane.answer.take(frame);
          if (lane.running) lane.answer.view = lane.running.view;
        },
        ended: (view) => {
          lane.answer.view = view;
          lane.waits = false;
          // What failed fast was not fast: its figures are beside its own card, not in the race.
          if (view.state === "done" && !sent.isErrand) Object.assign(lane, { stats: view.stats, text: lane.answer.said });
          ended();
        },
        anew: () => lane.answer.begin(sent),
      });
      lane.running.start(sent, this.panel.source);
      lane.answer.view = lane.running.view;
    });
  }

  #nameOf(lane) {
    const { upstream, model } = lane.ran ?? seatOf(lane);
    const isElsewhere = this.#lanes.some((other) => (other.ran ?? seatOf(other)).upstream !== upstream);
    return `${this.#lanes.indexOf(lane) + 1}: ${model}${isElsewhere ? ` on ${upstream}` : ""}`;
  }

  /** The figures in rows, and the differences, of those that were asked the same. */
  #sum() {
    const alike = largestAlike(this.#lanes.filter(({ stats }) => stats));
    this.reply.hidden = !(this.#lanes.filter(({ text, asked }) => text && asked.path in KEPT_IN).length > 1);
    this.beside.hidden = alike.length < 2;
    if (this.beside.hidden) return;
    this.beside.replaceChildren(
      ...leftOut(this.#lanes.filter((lane) => lane.stats && !alike.includes(lane)).map((lane) => this.#nameOf(lane))),
      figuresTable(this.#lanes.map((lane) => ({ name: this.#nameOf(lane), stats: alike.includes(lane) ? lane.stats : null })), make),
      ...differences(alike.filter(({ text }) => text).map((lane) => ({ name: this.#nameOf(lane), text: lane.text })), make),
    );
  }
}

// How a chat goes on is written in its wire's own form; that is needed with the first reply.
const talk = () => import("../lib/conversation.js");
const seatOf = ({ select }) => JSON.parse(select.value);

/** Those of the lanes that were asked the same; most of them where some went on by themselves. */
function largestAlike(lanes) {
  const groups = lanes.map(({ said }) => lanes.filter((other) => other.said === said));
  return groups.toSorted((one, other) => other.length - one.length)[0] ?? [];
}

const leftOut = (names) => (names.length ? [make("p", { class: "hint" }, `Not compared, because it was asked something else: ${names.join(", ")}.`)] : []);

function noneText(upstreams) {
  const down = upstreams.filter(({ state }) => state === "down").map(({ name, problem }) => `${name}: ${problem}`);
  const more = down.length ? ` Not reached: ${down.join(" ")}` : "";
  return `No model that could answer this is here. Install one (ollama pull), or connect a server that has one.${more}`;
}

customElements.define("run-compare", RunCompare);
