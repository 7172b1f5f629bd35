// <run-panel>: an example of the page that can be run. The markup it wraps is the example itself.

import { Connection } from "../lib/connection.js";
import { KeptRun } from "../lib/kept-run.js";
import { maker, say } from "../lib/make.js";
import { PanelHead } from "../lib/panel-head.js";
import { PanelRun } from "../lib/panel-run.js";
import { isOn } from "../lib/switches.js";
import { isLive } from "../lib/view.js";
import { Written } from "../lib/written.js";

const make = maker(document);
const connection = new Connection(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/runs/`);

class RunPanel extends HTMLElement {
  #written = null;
  #head = null;
  #kept = null;
  #answer = null;
  #running = null;

  connectedCallback() {
    this.run = this.querySelector("button.run");
    this.body = this.querySelector("textarea");
    if (!this.run || this.#written) return;
    this.edit = this.#offer("button.edit", () => this.#toggleEditor());
    this.more = this.#offer("button.more", () => this.#open("run-menu", this.more.parentElement, (menu) => menu.open(this, this.more)));
    this.#offer("button.run", () => (this.#running?.isLive ? this.#running.stop() : this.#start()));
    this.addEventListener("keydown", (event) => this.#key(event));
    this.addEventListener("run-wanted", () => this.#start());
    this.body?.addEventListener("input", () => this.#changed());
    this.#written = new Written({ dataset: this.dataset, area: this.body }, `edit:${location.pathname}#${this.id}`);
    this.#kept = new KeptRun(`run:${location.pathname}#${this.id}`);
    const head = this.querySelector(".panel-head");
    this.#head = new PanelHead(head, make, (button) => this.#open("model-picker", head, (picker) => picker.open(this, button)));
    this.#head.show(this.#written);
    this.#pickUp();
  }

  #offer(selector, act) {
    const button = this.querySelector(selector);
    if (!button) return null;
    button.hidden = false;
    button.addEventListener("click", act);
    return button;
  }

  #key(event) {
    const isMeant = event.key === "Enter" && (event.metaKey || event.ctrlKey) && event.target.closest("run-request");
    if (isMeant && !event.defaultPrevented && isOn("run")) this.#start();
  }

  /** The request as the page has it. `model` is "" when it names none. */
  get documented() {
    return this.#written.documented;
  }

  get isEdited() {
    return this.#written.isEdited;
  }

  /** The model the request names now, "" when none. */
  get model() {
    return this.#written.model ?? "";
  }

  /** The request as it stands now, for the tools of the panel; `fault` where its body is not JSON. */
  get request() {
    return this.#written.sendable;
  }

  /** Where in the docs the panel stands, as a run is told it; null where it stands nowhere. */
  get source() {
    return this.dataset.page === undefined ? null : { page: this.dataset.page, example: this.id };
  }

  get connection() {
    return connection;
  }

  /** The text of the answer that is shown. */
  get answerText() {
    return this.#answer?.said ?? "";
  }

  /** The same request to another model. Its body must be JSON. */
  useModel(model) {
    this.write(this.#written.withModel(model));
  }

  /** Changes parts of the request: any of upstream, method, path, streams and body. */
  write({ body, ...address }) {
    this.#written.write({ body, ...address });
    this.#changed();
    this.dispatchEvent(new CustomEvent("request-changed"));
    if (Object.keys(address).length) this.dispatchEvent(new CustomEvent("readdressed"));
  }

  /** From now on the page has this request; what was changed of it before a reload is there again. */
  become(request) {
    this.write(this.#written.become(request));
  }

  /** Back to the request as the page has it. */
  reset() {
    const { model, ...request } = this.documented;
    this.write(request);
  }

  #changed() {
    this.#written.keep();
    this.#head.show(this.#written);
  }

  /** Opens the ways to change the request, and leaves the focus where it is. */
  openRequest() {
    this.#toggleEditor(true, null, false);
  }

  #toggleEditor(open = !this.change || this.change.hidden, fault = null, takesFocus = true) {
    if (!this.change) this.#wrapBody();
    this.change.hidden = !open;
    this.edit.setAttribute("aria-expanded", String(open));
    this.edit.textContent = open ? "Close" : "Edit";
    if (!open) return;
    if (this.change.enter) return takesFocus && this.change.enter(...(fault ? [placeOf(this.body.value, fault)] : []));
    if (takesFocus) this.body.focus();
    this.#need("run-request", () => this.change.open(this));
  }

  // The textarea works at once; the ways to change the request besides come around it.
  #wrapBody() {
    this.change = this.body.closest("run-request");
    if (!this.change) {
      this.change = make("run-request");
      this.body.before(this.change);
      const way = this.change.appendChild(make("div", { class: "way" }));
      way.append(this.body);
    }
    this.body.hidden = false;
    this.body.rows = Math.min(24, this.body.value.split("\n").length + 1);
  }

  // A part that stands in the header; it comes when it is first opened.
  #open(name, place, use) {
    const part = this.querySelector(`:scope > .panel-head ${name}`) ?? place.appendChild(make(name));
    if (part.open) use(part);
    else this.#need(name, () => use(part));
  }

  #need(name, ready, failed = () => {}) {
    this.dispatchEvent(new CustomEvent("view-needed", { bubbles: true, detail: { name, ready, failed } }));
  }

  // The answer's element comes with the first run; a page whose panels are idle does without it.
  async #answerLoaded() {
    if (!customElements.get("run-answer")) await new Promise((ready, failed) => this.#need("run-answer", ready, failed));
    if (this.#running) return;
    this.#answer = make("run-answer", { class: "answer", id: `${this.id}-answer` });
    this.#answer.addEventListener("run-asked", ({ detail }) => this.#runAgain(detail));
    this.insertBefore(this.#answer, this.querySelector(":scope > .tool"));
    this.#running = new PanelRun(connection, this.#kept, this.#answer, (view) => this.#show(view));
  }

  async #start(errand) {
    await this.#answerLoaded();
    if (this.#running.isLive) return;
    const { fault, ...request } = errand ? { ...this.request, ...errand, fault: null, isErrand: true } : this.request;
    if (!fault) return this.#running.start(request, this.source);
    this.#toggleEditor(true, fault);
    this.#running.refuse(request, {
      code: "bad_json",
      message: `The body is not JSON: at line ${fault.line}, column ${fault.column}, ${fault.message}.`,
      hint: "Nothing was sent. Correct the body and run it again.",
    });
  }

  // What an answer asks for: the same request, with another model or body; or an errand that is not the example's, such as a pull.
  // The button that was pressed goes, so the focus moves to Run, unless the reader is writing.
  #runAgain({ model, body, errand, keepsFocus }) {
    if (body !== undefined) this.write({ body });
    if (model) this.useModel(model);
    if (!keepsFocus) this.run.focus({ preventScroll: true });
    this.#start(errand);
  }

  async #pickUp() {
    const shown = /[?&](?:run|shared|saved)=/.test(location.search) && (await import("../lib/earlier.js")).addressIn(location.search, location.hash, this.id);
    if (shown) return shown.startsWith("/library/") ? this.openSaved(shown) : this.showEarlier(shown);
    const kept = this.#kept.read();
    if (!kept) return;
    await this.#answerLoaded();
    this.#running.resume(kept);
  }

  /** Show a run there was, as it is told of at `address`: its request as the panel's, its answer below. */
  async showEarlier(address) {
    await this.#answerLoaded();
    await this.#running.showEarlier(address, this.request, ({ body }) => this.body && this.write({ body }));
  }

  /** The request that is saved at `address`, in place of the one that stands here. */
  async openSaved(address) {
    const { readSaved } = await import("../lib/saved.js");
    try {
      this.write(await readSaved(address));
      this.openRequest();
      if (location.search) history.replaceState(null, "", location.pathname + location.hash);
    } catch (error) {
      await this.#answerLoaded();
      this.#running.refuse(this.request, error);
    }
  }

  #show(view) {
    if (this.dataset.state !== view.state) this.dataset.state = view.state;
    say(this.run, isLive(view) ? "Stop" : "Run");
  }
}

const placeOf = (text, { line, column }) => text.split("\n").slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, column - 1);

customElements.define("run-panel", RunPanel);
