// <run-panel>: an example of the page that can be run. The markup it wraps is the example itself.

import { readerFor } from "../lib/answer.js";
import { Connection } from "../lib/connection.js";
import { figuresOf, stateText } from "../lib/figures.js";
import { findFault, spanOf } from "../lib/json.js";
import { IDLE, isLive, reduce, refused } from "../lib/view.js";

const connection = new Connection(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/runs/`);

class RunPanel extends HTMLElement {
  #view = IDLE;
  #reader = null;
  #run = null;
  #note = "";
  #fresh = { text: "", thinking: "", note: "" };
  #painting = false;

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
  #pickUp() {
    const saved = JSON.parse(sessionStorage.getItem(this.#key) ?? "null");
    if (!saved) return;
    if (this.body && saved.body !== undefined) this.body.value = saved.body;
    this.#note = saved.note ?? "";
    this.#begin(saved.streamed);
    if (saved.run) {
      this.#run = saved.run;
      connection.attach(saved.run, 0, this.#watcher(saved));
    } else {
      connection.start(saved.ref, saved.text, this.#watcher(saved));
    }
  }

  async #start() {
    const body = this.body ? this.body.value : "null";
    const fault = this.body && findFault(body);
    if (fault) {
      this.#begin(false);
      this.#toggleEditor(true);
      this.#show(refused(this.#view, {
        code: "bad_json",
        message: `The body is not JSON: at line ${fault.line}, column ${fault.column}, ${fault.message}.`,
        hint: "Nothing was sent. Correct the body and run it again.",
      }));
      return;
    }
    this.#begin(streams(this, body));
    this.#show({ ...this.#view, state: "sending" });
    const { upstream, method, path, page } = this.dataset;
    const prepared = await this.#withModelThatIsHere({ upstream, method, path, body });
    if (prepared === null || this.#view.state !== "sending") return;
    const ref = crypto.randomUUID();
    const text = `{"type":"start","ref":"${ref}","request":${requestText(prepared)},"source":${JSON.stringify({ page, example: this.id })}}`;
    const saved = { ref, text, body: this.body?.value, note: this.#note, streamed: this.#reader.streamed };
    sessionStorage.setItem(this.#key, JSON.stringify(saved));
    connection.start(ref, text, this.#watcher(saved));
  }

  // The model of the example may not be on this server; then the nearest that can do the job runs, and the panel says so.
  async #withModelThatIsHere(request) {
    this.#note = "";
    try {
      const answer = await fetch("/models/choice", { method: "POST", body: requestText(request) });
      const found = await answer.json();
      if (found.error) throw found.error;
      if (!found.use || sameModel(found.use, found.wanted)) return request;
      this.#note = `${found.wanted} is not on this server; ${found.use} answers instead.`;
      return replaceModel(request, found);
    } catch (error) {
      if (error?.code === undefined) return request;
      this.#show(refused(this.#view, error));
      return null;
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
        sessionStorage.setItem(this.#key, JSON.stringify({ ...saved, text: undefined, run }));
        if (this.#view.state === "cancelled") connection.cancel(run);
      },
      frame: (frame) => this.#take(frame),
      refused: (error) => {
        sessionStorage.removeItem(this.#key);
        const gone = error.code === "no_such_run";
        this.#show(refused(this.#view, gone ? { ...error, message: "The earlier answer is no longer on the server.", hint: "Run it again." } : error));
      },
      link: (connected) => this.#show({ ...this.#view, connected }),
    };
  }

  #begin(streamed) {
    this.#view = IDLE;
    this.#run = null;
    this.#reader = readerFor(this.dataset.path, streamed);
    this.#reader.streamed = streamed;
    this.#answer().replaceChildren();
    this.#fresh = { text: "", thinking: "", note: "" };
    this.shown = {};
  }

  #take(frame) {
    if (frame.type === "data") this.#collect(this.#reader.push(frame.text));
    if (frame.type === "end") this.#collect(this.#reader.end());
    this.#show(reduce(this.#view, frame));
  }

  #collect(pieces) {
    for (const { kind, text } of pieces) this.#fresh[kind] += text;
  }

  #show(view) {
    this.#view = view;
    if (this.#painting) return;
    this.#painting = true;
    requestAnimationFrame(() => {
      this.#painting = false;
      this.#paint();
    });
  }

  #paint() {
    const view = this.#view;
    const live = isLive(view);
    this.dataset.state = view.state;
    this.run.textContent = live ? "Stop" : "Run";
    const answer = this.#answer();
    answer.hidden = false;
    for (const kind of ["thinking", "text", "note"]) this.#append(answer, kind);
    this.#part(answer, "p", "substitute").textContent = this.#note;
    this.#paintError(answer, view.error);
    const line = this.#part(answer, "div", "figures");
    this.#part(line, "span", "state", { role: "status" }).textContent = stateText(view);
    const figures = this.#part(line, "dl", "numbers");
    figures.replaceChildren(...figuresOf(view, this.#reader.records).map(figureElement));
  }

  #append(answer, kind) {
    if (!this.#fresh[kind]) return;
    const holder = kind === "thinking" ? this.#thinking(answer) : this.#part(answer, "div", kind);
    holder.firstChild ? holder.firstChild.appendData(this.#fresh[kind]) : holder.append(this.#fresh[kind]);
    this.#fresh[kind] = "";
  }

  #thinking(answer) {
    const fold = this.#part(answer, "details", "thinking");
    if (!fold.firstChild) fold.append(Object.assign(document.createElement("summary"), { textContent: "Thinking" }));
    return this.#part(fold, "div", "thought");
  }

  #paintError(answer, error) {
    const card = this.#part(answer, "div", "error");
    card.hidden = !error;
    if (!error) return;
    const what = Object.assign(document.createElement("p"), { className: "what", textContent: error.message });
    const next = Object.assign(document.createElement("p"), { className: "next", textContent: error.hint ?? "" });
    card.replaceChildren(what, next);
  }

  #answer() {
    return this.#part(this, "section", "answer", { "aria-label": "Answer", hidden: "" });
  }

  #part(parent, tag, name, attributes = {}) {
    const found = [...parent.children].find((child) => child.classList.contains(name));
    if (found) return found;
    const made = Object.assign(document.createElement(tag), { className: name });
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    parent.append(made);
    return made;
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

function figureElement({ name, value, measured }) {
  const pair = document.createElement("div");
  pair.append(
    Object.assign(document.createElement("dt"), { textContent: name }),
    Object.assign(document.createElement("dd"), { textContent: value, title: measured ? "Measured by the portal" : "As Ollama reports it" }),
  );
  return pair;
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
