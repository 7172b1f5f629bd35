// <run-request>: the request of a panel as it can be changed: as JSON or by a form, its pictures, what differs from the example.

import { needOf } from "../lib/asked.js";
import { problemsOf } from "../lib/checking.js";
import { treeOf } from "../lib/json-tree.js";
import { fragmentOf } from "../lib/link.js";
import { maker, say } from "../lib/make.js";
import { endpointIn, knownStock, offered, stockOf } from "../lib/offered.js";
import { importRequest, looksLikeRequest } from "../lib/pasting.js";
import { formOf } from "../lib/pictures.js";
import { choicesOf } from "../lib/picking.js";
import { pretty } from "../lib/pretty.js";
import { isOn } from "../lib/switches.js";
import { tabTo } from "../lib/views.js";

const make = maker(document);
const VIEWS = [
  { id: "json", label: "JSON" },
  { id: "form", label: "Form" },
  { id: "changes", label: "Changes" },
];
const WAIT = 300;

class RunRequest extends HTMLElement {
  #panel = null;
  #endpoint = null;
  #view = "json";
  #checking = null;
  #pieces = new Map();

  /** @param {Element} panel whose `body` this changes: it tells `documented`, and takes `write` and `reset` */
  open(panel) {
    this.#panel = panel;
    this.setAttribute("role", "group");
    this.setAttribute("aria-label", "Request");
    this.#build();
    panel.body.addEventListener("input", () => this.#changed());
    this.#pieces.get("json").addEventListener("paste", (event) => this.#paste(event), true);
    panel.addEventListener("readdressed", () => this.#look());
    if (document.activeElement === panel.body) this.#openEditor();
    else panel.body.addEventListener("focus", () => this.#openEditor(), { once: true });
    this.#look();
    this.#changed();
    this.#show("json");
  }

  get panel() {
    return this.#panel;
  }

  get endpoint() {
    return this.#endpoint;
  }

  /** Goes to where the body is changed; with a place, to that place in the JSON. */
  enter(from, to = from) {
    if (from !== undefined) this.#show("json");
    if (this.#view === "form") return this.#pieces.get("form").focus();
    if (this.#panel.body.hidden) return from === undefined ? this.editor.focus() : this.editor.select(from, to);
    this.#panel.body.focus();
    if (from !== undefined) this.#panel.body.setSelectionRange(from, to);
  }

  #build() {
    const { body, id } = this.#panel;
    this.tabs = make("div", { class: "tabs", role: "tablist", "aria-label": "Ways to change the request" });
    for (const view of VIEWS) {
      this.tabs.append(make("button", {
        type: "button", role: "tab", id: `${id}-way-${view.id}`, "data-view": view.id, "aria-controls": `${id}-request-${view.id}`,
      }, view.label));
    }
    this.tabs.addEventListener("click", ({ target }) => target.dataset.view && this.#show(target.dataset.view));
    this.tabs.addEventListener("keydown", (event) => this.#key(event));
    this.format = this.#button("Format", () => this.write(pretty(body.value, Infinity)));
    this.reset = this.#button("Reset", () => this.#reset());
    this.away = make("a", { class: "away", href: "/playground/" }, "Open in playground");
    this.editor = make("run-editor", { hidden: "" });
    this.problems = make("p", { class: "problems", role: "status" });
    this.problems.addEventListener("click", ({ target }) => target.dataset.from && this.enter(Number(target.dataset.from), Number(target.dataset.to)));
    // The textarea stands in it and may have the focus, which moving it would lose.
    const json = this.querySelector(".way");
    for (const [name, value] of Object.entries(this.#viewAttributes("json"))) json.setAttribute(name, value);
    this.#pieces.set("json", json);
    this.tools = make("div", { class: "tools" }, this.format, this.reset, this.away);
    this.prepend(make("div", { class: "bar" }, this.tabs, this.tools));
    json.append(this.editor);
    this.append(this.problems);
  }

  #viewAttributes(id) {
    return { class: "way", role: "tabpanel", id: `${this.#panel.id}-request-${id}`, "aria-labelledby": `${this.#panel.id}-way-${id}` };
  }

  #button(label, does) {
    const button = make("button", { type: "button" }, label);
    button.addEventListener("click", does);
    return button;
  }

  #key(event) {
    const tabs = [...this.tabs.children];
    const at = tabTo(event.key, tabs.indexOf(event.target), tabs.length);
    if (at === null || event.metaKey || event.ctrlKey || event.altKey) return;
    event.preventDefault();
    tabs[at].focus();
    this.#show(tabs[at].dataset.view);
  }

  #show(id) {
    this.#view = id;
    for (const tab of this.tabs.children) {
      const isChosen = tab.dataset.view === id;
      tab.setAttribute("aria-selected", String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
    }
    if (!this.#pieces.has(id)) this.#load(id);
    for (const [name, piece] of this.#pieces) if (VIEWS.some((view) => view.id === name)) piece.hidden = name !== id;
    this.format.hidden = id !== "json";
    this.#pieces.get(id).refresh?.();
  }

  // The form, the changes and the pictures come when they are first wanted.
  #load(id) {
    const tag = { form: "run-form", changes: "run-changes", pictures: "run-pictures" }[id];
    const piece = make(tag, id === "pictures" ? {} : this.#viewAttributes(id));
    this.#pieces.set(id, piece);
    this.insertBefore(piece, id === "pictures" ? this.problems : this.#pieces.get("pictures") ?? this.problems);
    const ready = () => piece.open(this);
    if (piece.open) return ready();
    const failed = () => piece.replaceChildren(make("p", { class: "hint" }, "This part could not be loaded. Reload the page and choose it again."));
    this.dispatchEvent(new CustomEvent("view-needed", { bubbles: true, detail: { name: tag, ready, failed } }));
  }

  #openEditor() {
    const ready = () => this.editor.open(this.#panel.body, {
      shape: () => this.#endpoint?.shape ?? null,
      models: () => this.#models(),
      run: () => isOn("run") && this.#panel.dispatchEvent(new CustomEvent("run-wanted")),
    }).catch(() => {});
    if (this.editor.open) return ready();
    // Without it the textarea goes on working.
    this.dispatchEvent(new CustomEvent("view-needed", { bubbles: true, detail: { name: "run-editor", ready, failed: () => {} } }));
  }

  // Those that can do the job, in the order of the list of models.
  #models() {
    const { dataset, documented, model } = this.#panel;
    const { choices } = choicesOf(knownStock(dataset.upstream), { documented: documented.model, chosen: model, needs: [needOf(dataset.path)] });
    return choices.map(({ name, marks, about }) => ({ name, detail: [...marks, about].filter(Boolean).join(" · ") }));
  }

  // A command pasted where the body is edited becomes the request.
  async #paste(event) {
    const text = event.clipboardData.getData("text");
    if (!looksLikeRequest(text)) return;
    event.preventDefault();
    event.stopPropagation();
    const { request, note } = await importRequest(text, this.#panel.dataset.upstream, readExample);
    if (request) {
      const { upstream, origin } = request; // a bare path says nothing of the server
      const { method, path, streams, text: body } = request;
      this.#panel.write({ method, path, streams, body, ...(origin && upstream !== "other" ? { upstream } : {}) });
    }
    this.pasted ??= this.#pieces.get("json").appendChild(make("p", { class: "pasted", role: "status" }));
    say(this.pasted, note);
  }

  // What can be said about the request depends on its endpoint and on the models of its upstream.
  async #look() {
    const { method, path, upstream } = this.#panel.dataset;
    stockOf(upstream).catch(() => {});
    this.#endpoint = await offered().then((table) => endpointIn(table, method, path), () => null);
    if (formOf(path) && !this.#pieces.has("pictures")) this.#load("pictures");
    this.#changed();
    for (const piece of this.#pieces.values()) piece.refresh?.();
  }

  #changed() {
    const { body, isEdited } = this.#panel;
    this.reset.disabled = !isEdited;
    this.tabs.querySelector("[data-view=changes]").hidden = !isEdited;
    if (!isEdited && this.#view === "changes") this.#show("json");
    if (body.hidden === false) body.rows = Math.min(24, body.value.split("\n").length + 1);
    if (this.#view !== "json") this.#pieces.get(this.#view).refresh?.();
    this.#pieces.get("pictures")?.refresh?.();
    clearTimeout(this.#checking);
    this.#checking = setTimeout(() => this.#check(), WAIT);
  }

  #check() {
    const { upstream, method, path } = this.#panel.dataset;
    fragmentOf({ upstream, method, path, body: this.#panel.body.value }).then((fragment) => (this.away.href = `/playground/#${fragment}`));
    const text = this.#panel.body.value;
    const found = problemsOf(text, this.#endpoint?.shape ?? null);
    this.format.disabled = !treeOf(text);
    const [first] = found;
    const told = JSON.stringify(found);
    if (this.problems.dataset.told === told) return;
    this.problems.dataset.told = told;
    this.problems.replaceChildren();
    if (!first) return;
    const go = make("button", { type: "button", "data-from": first.from, "data-to": first.to }, `Line ${first.line}`);
    const more = found.length > 1 ? ` And ${found.length - 1} more.` : "";
    this.problems.append(go, ` ${sentenceOf(first.message)}.${more}`);
    this.problems.dataset.severity = found.some(({ severity }) => severity === "error") ? "error" : "warning";
  }

  #reset() {
    this.#panel.reset();
    say(this.problems, "");
    this.tabs.querySelector("[aria-selected=true]").focus();
  }

  /** The body becomes `text`; every view of it follows. */
  write(text) {
    this.#panel.write({ body: text });
  }
}

const readExample = async (text) => (await fetch("/examples/read", { method: "POST", body: text })).json();

// A message begins as a sentence does, but the name of a field stays as it is written.
const sentenceOf = (message) => (/^\S+: /.test(message) ? message : message[0].toUpperCase() + message.slice(1));

customElements.define("run-request", RunRequest);
