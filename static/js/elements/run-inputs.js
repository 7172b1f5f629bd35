// <run-inputs>: fields for what the example of its panel leaves open. What is given goes into the request as it is typed.

import { faultOf, Filling } from "../lib/filling.js";
import { shrink } from "../lib/shrink.js";
import { isOn } from "../lib/switches.js";

const GIVEN = "run-inputs:given";

class RunInputs extends HTMLElement {
  #filling = null;
  #controls = new Map();

  connectedCallback() {
    if (this.#filling) return;
    this.panel = this.closest("run-panel");
    this.request = this.panel.querySelector("textarea.request");
    this.hint = this.querySelector(".hint");
    const labels = [...this.querySelectorAll("label")];
    const fields = labels.map(({ dataset, firstChild }) => ({ name: firstChild.textContent, kind: dataset.kind, places: JSON.parse(dataset.places) }));
    this.#filling = new Filling(fields, this.request?.defaultValue ?? "null", this.panel.dataset.path);
    labels.forEach((label, at) => this.#prepare(label, fields[at]));
    addEventListener(GIVEN, this);
    // Before the panel hears of it: a request with a gap is not sent.
    this.panel.addEventListener("click", (event) => event.target.closest("button.run") && this.#guard(event), true);
    this.panel.addEventListener("keydown", (event) => event.key === "Enter" && (event.metaKey || event.ctrlKey) && isOn("run") && this.#guard(event), true);
  }

  disconnectedCallback() {
    removeEventListener(GIVEN, this);
  }

  // The same value is given once for all requests of an example.
  handleEvent({ detail }) {
    if (detail.example !== this.dataset.example || !this.#controls.has(detail.name)) return;
    const control = this.#controls.get(detail.name);
    if (detail.from !== this && control.type !== "file") control.value = detail.value;
    this.#apply(detail.name, detail.value);
  }

  #prepare(label, field) {
    const control = label.querySelector("input, textarea");
    this.#controls.set(field.name, control);
    if (field.kind === "document") {
      const file = Object.assign(document.createElement("input"), { type: "file", ariaLabel: `${field.name} from a file` });
      label.append(file);
      file.addEventListener("change", async () => file.files[0] && this.#type(control, field, await file.files[0].text()));
    }
    if (field.kind === "image") control.addEventListener("change", () => this.#takePicture(control, field));
    else control.addEventListener("input", () => this.#tell(field, control.value));
    control.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || control.tagName === "TEXTAREA" || event.isComposing) return;
      event.preventDefault();
      this.panel.querySelector("button.run").click();
    });
  }

  #type(control, field, text) {
    control.value = text;
    this.#tell(field, text);
  }

  async #takePicture(control, field) {
    const [file] = control.files;
    if (!file) return this.#tell(field, "");
    try {
      const picture = await shrink(file);
      this.#tell(field, picture);
      this.#say(picture.note);
    } catch (problem) {
      control.value = "";
      this.#tell(field, "");
      this.#say(problem.message, "bad");
    }
  }

  #tell(field, value) {
    const fault = typeof value === "string" ? faultOf(value, field) : "";
    this.#say(fault, fault && "bad");
    if (fault) return;
    dispatchEvent(new CustomEvent(GIVEN, { detail: { example: this.dataset.example, name: field.name, value, from: this } }));
  }

  #apply(name, value) {
    const { body, path } = this.#filling.give(name, value, this.#body, this.panel.dataset.path);
    if (this.request) this.request.value = body;
    this.panel.dataset.path = path;
    (this.request ?? this.panel).dispatchEvent(new Event("input", { bubbles: true }));
  }

  get #body() {
    return this.request?.value ?? "null";
  }

  #guard(event) {
    if (["sending", "queued", "connecting", "waiting", "streaming", "stopping"].includes(this.panel.dataset.state)) return;
    const missing = this.panel.request.fault ? [] : this.#filling.missing(this.#body, this.panel.dataset.path);
    if (!missing.length) return this.#say("");
    event.stopImmediatePropagation();
    event.preventDefault();
    this.#say(`“${missing.join("”, “")}” ${missing.length > 1 ? "are" : "is"} still missing. Nothing was sent; give ${missing.length > 1 ? "them" : "it"} here and run it again.`, "bad");
    this.#controls.get(missing[0]).focus();
  }

  #say(text, kind = "") {
    this.hint.textContent = text;
    this.hint.hidden = !text;
    this.hint.dataset.kind = kind;
  }
}

customElements.define("run-inputs", RunInputs);
