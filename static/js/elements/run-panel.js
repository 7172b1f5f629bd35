// <run-panel>: an example of the page that can be run. The markup it wraps is the example itself.

import { Connection } from "../lib/connection.js";
import { findFault, spanOf } from "../lib/json.js";
import { IDLE, isLive, reduce, refused } from "../lib/view.js";

const connection = new Connection(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/runs/`);

class RunPanel extends HTMLElement {
  #view = IDLE;
  #loading = false;
  #run = null;
  #answer = null;

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
    this.body?.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.metaKey || event.ctrlKey) && !isLive(this.#view)) this.#start();
    });
    this.#pickUp();
  }

  get #key() {
    return `run:${location.pathname}#${this.id}`;
  }

  // After a reload: the run goes on at the server, so the panel goes on with the run.
  async #pickUp() {
    const saved = JSON.parse(sessionStorage.getItem(this.#key) ?? "null");
    if (!saved?.request) return;
    if (this.body && saved.body !== undefined) this.body.value = saved.body;
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

  async #start() {
    if (this.#loading) return;
    this.#loading = true;
    await this.#answerLoaded();
    this.#loading = false;
    const body = this.body ? this.body.value : "null";
    const { upstream, method, path, page } = this.dataset;
    const fault = this.body && findFault(body);
    const request = { upstream, method, path, body, streamed: !fault && streams(this, body), startedAt: Date.now() };
    this.#begin(request);
    if (fault) return this.#refuse(fault);
    this.#show({ ...IDLE, state: "sending" });
    const [prepared, note] = await this.#withModelThatIsHere(request);
    if (prepared === null || this.#view.state !== "sending") return;
    this.#answer.request = prepared;
    this.#answer.note = note;
    const ref = crypto.randomUUID();
    const text = `{"type":"start","ref":"${ref}","request":${requestText(prepared)},"source":${JSON.stringify({ page, example: this.id })}}`;
    const saved = { ref, text, body: this.body?.value, note, request: prepared };
    this.#save(saved);
    connection.start(ref, text, this.#watcher(saved));
  }

  #refuse(fault) {
    this.#toggleEditor(true);
    this.#show(refused(this.#view, {
      code: "bad_json",
      message: `The body is not JSON: at line ${fault.line}, column ${fault.column}, ${fault.message}.`,
      hint: "Nothing was sent. Correct the body and run it again.",
    }));
  }

  // With a model's name: the same request with that model. The button that was pressed goes, so the focus moves to Run.
  #runAgain(model) {
    if (model && this.body && spanOf(this.body.value, "model")) {
      this.body.value = replaceModel({ body: this.body.value }, { place: "model", use: model }).body;
    } else if (model) {
      this.dataset.path = this.dataset.path.replace(/^(\/v1\/models\/).*/, (_, start) => start + model);
    }
    this.run.focus({ preventScroll: true });
    this.#start();
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
  async #withModelThatIsHere(request) {
    try {
      const answer = await fetch("/models/choice", { method: "POST", body: requestText(request) });
      const found = await answer.json();
      if (found.error) throw found.error;
      if (!found.use || sameModel(found.use, found.wanted)) return [request, ""];
      return [replaceModel(request, found), `${found.wanted} is not on this server; ${found.use} answers instead.`];
    } catch (error) {
      if (error?.code === undefined) return [request, ""];
      this.#show(refused(this.#view, error));
      return [null, ""];
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
    this.#run = null;
    if (!this.#answer) {
      this.#answer = Object.assign(document.createElement("run-answer"), { className: "answer", id: `${this.id}-answer` });
      this.#answer.addEventListener("run-asked", ({ detail }) => this.#runAgain(detail.model));
      this.append(this.#answer);
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

  #toggleEditor(open = this.body.hidden) {
    this.body.hidden = !open;
    this.edit.setAttribute("aria-expanded", String(open));
    if (open) {
      this.body.rows = Math.min(24, this.body.value.split("\n").length + 1);
      this.body.focus();
    }
  }
}

// The body goes into the message as it was written: parsing it here would round its large numbers.
function requestText({ upstream, method, path, body }) {
  const address = `"upstream":${JSON.stringify(upstream)},"method":${JSON.stringify(method)},"path":${JSON.stringify(path)}`;
  return `{${address},"body":${body}}`;
}

function streams(panel, body) {
  const asked = panel.body ? JSON.parse(body)?.stream : undefined;
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
