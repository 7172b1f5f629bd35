// <run-panel>: an example of the page that can be run. The markup it wraps is the example itself.

import { modelIn, requestText, withModel } from "../lib/asking.js";
import { Connection } from "../lib/connection.js";
import { Edit } from "../lib/edit.js";
import { findFault, spanOf } from "../lib/json.js";
import { importRequest, looksLikeRequest } from "../lib/pasting.js";
import { IDLE, isLive, reduce, refused } from "../lib/view.js";

const connection = new Connection(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/runs/`);

class RunPanel extends HTMLElement {
  #view = IDLE;
  #loading = false;
  #run = null;
  #answer = null;
  #edit = null;
  #earlier = null;

  connectedCallback() {
    this.run = this.querySelector("button.run");
    this.edit = this.querySelector("button.edit");
    this.body = this.querySelector("textarea");
    if (!this.run) return;
    this.run.hidden = false;
    this.run.addEventListener("click", () => (isLive(this.#view) ? this.#stop() : this.#start()));
    if (this.edit) {
      this.edit.hidden = false;
      this.edit.addEventListener("click", () => this.#toggleEditor());
    }
    this.more = this.querySelector("button.more");
    if (this.more) {
      this.more.hidden = false;
      this.more.addEventListener("click", () => this.#openMenu());
    }
    this.addEventListener("keydown", (event) => {
      const isMeant = event.key === "Enter" && (event.metaKey || event.ctrlKey) && event.target.closest("run-request");
      if (isMeant && !event.defaultPrevented) this.#startUnlessLive();
    });
    this.addEventListener("run-wanted", () => this.#startUnlessLive());
    this.#restore();
    this.addEventListener("paste", (event) => this.#paste(event), true);
    this.#pickUp();
  }

  #startUnlessLive() {
    if (!isLive(this.#view)) this.#start();
  }

  /** The request as the page has it. `model` is "" when it names none. */
  get documented() {
    return this.#edit.documented;
  }

  get isEdited() {
    return this.#edit.differs(this.#written);
  }

  /** The model the request names now, "" when none. */
  get model() {
    return modelIn(this.#written);
  }

  get #written() {
    const { upstream, method, path, streams } = this.dataset;
    return { upstream, method, path, streams, body: this.#hasBody ? this.body.value : "" };
  }

  // Of the endpoints those that are asked with GET take none, and no others.
  get #hasBody() {
    return Boolean(this.body) && this.dataset.method !== "GET";
  }

  /** The same request to another model. Its body must be JSON. */
  useModel(model) {
    const { path, body } = withModel(this.request, model);
    this.write({ path, body });
  }

  /** Changes parts of the request: any of upstream, method, path, streams and body. */
  write({ body, ...address }) {
    Object.assign(this.dataset, address);
    if (this.body && body !== undefined && this.body.value !== body) {
      this.body.value = body;
      this.body.dispatchEvent(new Event("input", { bubbles: true }));
    }
    this.#changed();
    this.dispatchEvent(new CustomEvent("request-changed"));
    if (Object.keys(address).length) this.dispatchEvent(new CustomEvent("readdressed"));
  }

  /** From now on the page has this request; what was changed of it before a reload is there again. */
  become(request) {
    this.#edit = new Edit(this.#edit.key, { ...this.#written, ...request });
    this.write({ ...request, ...this.#edit.read() });
  }

  /** Opens the ways to change the request, and leaves the focus where it is. */
  openRequest() {
    this.#toggleEditor(true, null, false);
  }

  /** Back to the request as the page has it. */
  reset() {
    const { model, ...request } = this.documented;
    this.write(request);
  }

  // What a reader changed is kept in this tab and there again after a reload.
  #restore() {
    this.#edit = new Edit(`edit:${location.pathname}#${this.id}`, this.#written);
    const { body, ...address } = this.#edit.read();
    Object.assign(this.dataset, address);
    if (this.body && body !== undefined) this.body.value = body;
    this.body?.addEventListener("input", () => this.#changed());
    this.#offerModels();
    this.#head();
  }

  #changed() {
    this.#edit.keep(this.#written);
    this.#head();
  }

  // The model in the header is a button that opens the list of models.
  #offerModels() {
    const shown = this.querySelector(".panel-head .model");
    if (!shown) return;
    this.pick = Object.assign(document.createElement("button"), { type: "button", className: "model" });
    this.pick.setAttribute("aria-haspopup", "dialog");
    this.pick.setAttribute("aria-expanded", "false");
    this.pick.addEventListener("click", () => this.#openPart("model-picker", (picker) => picker.open(this, this.pick)));
    shown.replaceWith(this.pick);
  }

  #openPart(name, use) {
    const part = this.querySelector(`:scope > .panel-head ${name}`) ?? this.querySelector(".panel-head").appendChild(document.createElement(name));
    const ready = () => use(part);
    if (part.open) return ready();
    this.dispatchEvent(new CustomEvent("view-needed", { bubbles: true, detail: { name, ready, failed: () => {} } }));
  }

  #head() {
    const { method, path, upstream } = this.dataset;
    this.querySelector(".panel-head .method").textContent = method;
    this.querySelector(".panel-head .path").textContent = path;
    const where = upstream === this.documented.upstream ? "" : ` on ${upstream}`;
    // While the body is no JSON nobody knows its model; the last one that was known stays.
    if (this.pick && (!this.#hasBody || !findFault(this.body.value))) {
      this.pick.textContent = (this.model || "no model") + where;
      this.pick.ariaLabel = `Model: ${this.pick.textContent}`;
    }
    if (this.pick) this.pick.hidden = method === "GET" && !this.model;
    if (this.isEdited && !this.mark) this.mark = Object.assign(document.createElement("span"), { className: "edited", textContent: "edited" });
    if (this.isEdited) this.querySelector(".panel-head .actions").before(this.mark);
    else this.mark?.remove();
  }

  /** The request as it stands now, for the tools of the panel; `fault` where its body is not JSON. */
  get request() {
    const body = this.#hasBody ? this.body.value : "null";
    const { upstream, method, path } = this.dataset;
    const fault = this.#hasBody && findFault(body);
    return { upstream, method, path, body, fault, streamed: !fault && streams(this, body), startedAt: Date.now() };
  }

  // A command pasted where the body is edited becomes the request.
  async #paste(event) {
    const text = event.clipboardData.getData("text");
    if (!event.target.closest("textarea.request, run-editor") || !looksLikeRequest(text)) return;
    event.preventDefault();
    event.stopPropagation();
    const { request, note } = await importRequest(text, this.dataset.upstream, readExample);
    if (request) {
      const { upstream, origin } = request; // a bare path says nothing of the server
      const { method, path, streams: ability, text: body } = request;
      this.write({ method, path, streams: ability, body, ...(origin && upstream !== "other" ? { upstream } : {}) });
    }
    this.pasted ??= this.body.insertAdjacentElement("afterend", Object.assign(document.createElement("p"), { className: "pasted", role: "status" }));
    this.pasted.textContent = note;
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

  /** Show a run there was, as it is told of at `address`: its request as the panel's, its answer below. */
  async showEarlier(address) {
    const [{ readFacts, readFrames, requestOf, whenText }] = await Promise.all([import("../lib/earlier.js"), this.#answerLoaded()]);
    const asked = this.request;
    this.#begin(asked);
    const turn = (this.#earlier = {});
    try {
      const facts = await readFacts(address);
      const request = requestOf(facts);
      if (this.body && facts.body) this.write({ body: request.body });
      this.#begin(request);
      this.#earlier = turn;
      if (address.startsWith("/runs/")) this.#run = facts.id;
      this.#answer.note = `The run of ${whenText(facts.created)}. Run sends its request anew.`;
      for await (const frame of readFrames(address)) {
        if (this.#earlier !== turn) return;
        this.#take(frame);
      }
    } catch (error) {
      if (this.#earlier === turn) this.#show(refused(IDLE, { message: "The earlier run could not be read.", ...error }));
    }
  }

  // What else can be done with the example comes with the first look into its menu.
  #openMenu() {
    this.menu ??= this.more.parentElement.appendChild(document.createElement("run-menu"));
    const ready = () => this.menu.open(this, this.more);
    if (this.menu.open) return ready();
    this.dispatchEvent(new CustomEvent("view-needed", { bubbles: true, detail: { name: "run-menu", ready, failed: () => {} } }));
  }

  get #key() {
    return `run:${location.pathname}#${this.id}`;
  }

  // After a reload: the run goes on at the server, so the panel goes on with the run.
  async #pickUp() {
    const shown = /[?&](?:run|shared)=/.test(location.search) && (await import("../lib/earlier.js")).addressIn(location.search, location.hash, this.id);
    if (shown) return this.showEarlier(shown);
    const saved = JSON.parse(sessionStorage.getItem(this.#key) ?? "null");
    if (!saved?.request) return;
    await this.#answerLoaded();
    this.#begin(saved.request);
    this.#answer.note = saved.note ?? "";
    if (saved.run) {
      this.#run = saved.run;
      connection.attach(saved.run, 0, this.#watcher(saved));
    } else {
      connection.start(saved.ref, saved.text, this.#watcher(saved));
    }
  }

  // The answer's element comes with the first run; a page whose panels are idle does without it.
  #answerLoaded() {
    if (customElements.get("run-answer")) return undefined;
    return new Promise((ready, failed) => dispatchEvent(new CustomEvent("view-needed", { detail: { name: "run-answer", ready, failed } })));
  }

  async #start(errand) {
    if (this.#loading) return;
    this.#loading = true;
    await this.#answerLoaded();
    this.#loading = false;
    const { fault, ...request } = errand ? { ...this.request, ...errand, fault: null, isErrand: true } : this.request;
    this.#begin(request);
    if (fault) return this.#refuse(fault);
    this.#show({ ...IDLE, state: "sending" });
    const { prepared, note, error } = await this.prepare(request);
    if (error) return this.#show(refused(this.#view, error));
    if (this.#view.state !== "sending") return;
    this.#answer.request = prepared;
    this.#answer.note = note;
    const ref = crypto.randomUUID();
    const text = `{"type":"start","ref":"${ref}","request":${requestText(prepared)},"source":${JSON.stringify(this.source)}}`;
    const saved = { ref, text, note, request: prepared };
    this.#save(saved);
    connection.start(ref, text, this.#watcher(saved));
  }

  #refuse(fault) {
    this.#toggleEditor(true, fault);
    this.#show(refused(this.#view, {
      code: "bad_json",
      message: `The body is not JSON: at line ${fault.line}, column ${fault.column}, ${fault.message}.`,
      hint: "Nothing was sent. Correct the body and run it again.",
    }));
  }

  // What an answer asks for: the same request, with another model or body; or an errand that is not the example's, such as a pull.
  // The button that was pressed goes, so the focus moves to Run, unless the reader is writing.
  #runAgain({ model, body, errand, keepsFocus }) {
    if (body !== undefined) this.write({ body });
    if (model) this.useModel(model);
    if (!keepsFocus) this.run.focus({ preventScroll: true });
    this.#start(errand);
  }

  // A body too large to be kept runs all the same; only a reload will not find it.
  #save(saved) {
    try {
      sessionStorage.setItem(this.#key, JSON.stringify(saved));
    } catch {
      sessionStorage.removeItem(this.#key);
    }
  }

  // The model of the example may not be on this server; then the nearest that can do the job runs, and the panel says so.
  async prepare(request) {
    try {
      const answer = await fetch("/models/choice", { method: "POST", body: requestText(request) });
      const found = await answer.json();
      if (found.error) throw found.error;
      if (!found.use || sameModel(found.use, found.wanted)) return { prepared: request, note: "" };
      return { prepared: replaceModel(request, found), note: `${found.wanted} is not on this server; ${found.use} answers instead.` };
    } catch (error) {
      return error?.code === undefined ? { prepared: request, note: "" } : { error };
    }
  }

  #stop() {
    if (this.#run) connection.cancel(this.#run);
    this.#show({ ...this.#view, state: this.#run ? "stopping" : "cancelled" });
  }

  #watcher(saved) {
    return {
      accepted: (run) => {
        this.#run = run;
        this.#save({ ...saved, text: undefined, run });
        if (this.#view.state === "cancelled") connection.cancel(run);
      },
      frame: (frame) => this.#take(frame),
      // A server that crashed may know less of the run than this page has seen; what it kept is what there is.
      anew: () => {
        const run = this.#run;
        this.#begin(saved.request);
        this.#answer.note = saved.note ?? "";
        this.#run = run;
      },
      refused: (error) => {
        sessionStorage.removeItem(this.#key);
        const gone = error.code === "no_such_run";
        this.#show(refused(this.#view, gone ? { ...error, message: "The earlier answer is no longer on the server.", hint: "Run it again." } : error));
      },
      link: (connected, via) => this.#show({ ...this.#view, connected, via }),
    };
  }

  #begin(request) {
    this.#view = IDLE;
    this.#run = this.#earlier = null;
    if (!this.#answer) {
      this.#answer = Object.assign(document.createElement("run-answer"), { className: "answer", id: `${this.id}-answer` });
      this.#answer.addEventListener("run-asked", ({ detail }) => this.#runAgain(detail));
      this.insertBefore(this.#answer, this.querySelector(":scope > .tool"));
    }
    this.#answer.begin(request);
  }

  #take(frame) {
    this.#answer.take(frame);
    this.#show(reduce(this.#view, frame));
  }

  #show(view) {
    this.#view = view;
    this.#answer.view = view;
    if (this.dataset.state !== view.state) this.dataset.state = view.state;
    const label = isLive(view) ? "Stop" : "Run";
    if (this.run.textContent !== label) this.run.textContent = label;
  }

  #toggleEditor(open = !this.change || this.change.hidden, fault = null, takesFocus = true) {
    if (!this.change) this.#wrapBody();
    this.change.hidden = !open;
    this.edit.setAttribute("aria-expanded", String(open));
    this.edit.textContent = open ? "Close" : "Edit";
    if (!open) return;
    if (this.change.enter) return takesFocus && this.change.enter(...(fault ? [placeOf(this.body.value, fault)] : []));
    if (takesFocus) this.body.focus();
    const ready = () => this.change.open(this);
    this.dispatchEvent(new CustomEvent("view-needed", { bubbles: true, detail: { name: "run-request", ready, failed: () => {} } }));
  }

  // The textarea works at once; the ways to change the request besides come around it.
  #wrapBody() {
    this.change = document.createElement("run-request");
    const way = Object.assign(document.createElement("div"), { className: "way" });
    this.body.before(this.change);
    this.change.append(way);
    way.append(this.body);
    this.body.hidden = false;
    this.body.rows = Math.min(24, this.body.value.split("\n").length + 1);
  }
}

const placeOf = (text, { line, column }) => text.split("\n").slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, column - 1);
const readExample = async (text) => (await fetch("/examples/read", { method: "POST", body: text })).json();

function streams(panel, body) {
  const asked = JSON.parse(body)?.stream;
  return panel.dataset.streams === "never" ? false : typeof asked === "boolean" ? asked : panel.dataset.streams === "yes";
}

const sameModel = (one, other) => withTag(one) === withTag(other);
const withTag = (name) => (name.includes(":") ? name : `${name}:latest`);

function replaceModel(request, { wanted, place, use }) {
  if (place === "path") return { ...request, path: request.path.slice(0, -wanted.length) + use };
  const [from, to] = spanOf(request.body, place);
  return { ...request, body: request.body.slice(0, from) + JSON.stringify(use) + request.body.slice(to) };
}

customElements.define("run-panel", RunPanel);
