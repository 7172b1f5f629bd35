// <run-form>: the request as a form, made from the shape of its endpoint's body. Every control writes into the JSON and reads from it.

import { choice, format, json, line, longText, number, texts } from "../lib/form-controls.js";
import { tools } from "../lib/form-tools.js";
import { turns } from "../lib/form-turns.js";
import { fieldsOf, isShown } from "../lib/form.js";
import { nodeAt, removed, treeOf, written } from "../lib/json-tree.js";
import { maker, say } from "../lib/make.js";
import { knownStock } from "../lib/offered.js";

const make = maker(document);
// The control of each kind of field; what is not here is a line.
const CONTROLS = { long: longText, texts, json, number, choice, messages: turns, tools, schema: format, images: said };

class RunForm extends HTMLElement {
  #request = null;
  #made = null;
  #controls = [];
  #expanded = new Set();

  open(request) {
    this.#request = request;
    this.note = make("p", { class: "hint", role: "status" });
    this.fields = make("fieldset", { class: "fields" }, make("legend", { class: "unseen" }, "Request"));
    this.models = make("datalist", { id: `${request.panel.id}-models` });
    this.append(this.note, this.fields, this.models);
    this.refresh();
  }

  // What the controls work on.
  get #form() {
    const { panel } = this.#request;
    return {
      make, modelsId: this.models.id,
      get text() {
        return panel.body.value;
      },
      write: (path, value) => this.#write(path, value),
      replace: (text) => this.#request.write(text),
    };
  }

  focus() {
    this.fields.querySelector("textarea, input, select, button")?.focus();
  }

  get #text() {
    return this.#request.panel.body.value;
  }

  /** Shows what the JSON says now. */
  refresh() {
    if (!this.fields || this.hidden) return;
    const { endpoint } = this.#request;
    const root = treeOf(this.#text);
    this.fields.hidden = !endpoint?.shape || root?.kind !== "object";
    say(this.note, this.#trouble(endpoint, root));
    if (this.fields.hidden) return;
    if (this.#made !== endpoint.shape) this.#build(endpoint.shape);
    for (const control of this.#controls) control.show(nodeAt(root, control.path));
    this.models.replaceChildren(...knownStock(this.#request.panel.dataset.upstream).map(({ name }) => make("option", { value: name })));
  }

  #trouble(endpoint, root) {
    if (!endpoint) return "What this endpoint takes is not known here, or the server could not be asked. Change the request as JSON.";
    if (root?.kind === "object") return "";
    return root ? "A form takes a JSON object, and the body is something else." : "The body is not JSON, so there is no form for it. Correct it under JSON.";
  }

  #build(shape) {
    this.#made = shape;
    this.#controls = [];
    const rows = fieldsOf(shape).map((field) => this.#row(field));
    this.fields.replaceChildren(this.fields.querySelector("legend"), ...rows, this.#more(this.#controls, ""));
  }

  // Fields that the request has not got wait behind a list to add them from.
  #more(controls, of) {
    const pick = make("select", { "aria-label": of ? `Add one of the ${of}` : "Add a field" });
    pick.addEventListener("change", () => {
      const control = controls.find(({ path }) => path.join(".") === pick.value);
      this.#expanded.add(pick.value);
      pick.value = "";
      this.refresh();
      control?.row.querySelector("input, textarea, select, button")?.focus();
    });
    const row = make("div", { class: "adding" }, pick);
    this.#controls.push({
      path: [], row, show: () => {
        const left = controls.filter((control) => control.row !== row && control.row.hidden && control.field);
        row.hidden = !left.length;
        pick.replaceChildren(make("option", { value: "" }, of ? `Add to ${of} …` : "Add a field …"), ...left.map(({ field }) => make("option", { value: field.path.join(".") }, `${field.name}: ${field.about}`)));
      },
    });
    return row;
  }

  #row(field) {
    const id = `${this.#request.panel.id}-field-${field.path.join("-")}`;
    const label = make("label", { for: id, id: `${id}-label` }, make("code", {}, field.name), field.isRequired ? make("span", { class: "mark" }, "required") : "");
    const about = make("span", { class: "about", id: `${id}-about` }, field.silence ? `${field.about}. Default ${field.silence}.` : field.about);
    const clear = make("button", { type: "button", class: "clear", "aria-label": `Leave out ${field.name}`, title: "Leave out" }, "×");
    const place = make("div", { class: "control" });
    const row = make("div", { class: "field-row", "data-as": field.as }, make("div", { class: "names" }, label, about), place, clear);
    const parts = this.#control(field, id, place);
    clear.addEventListener("click", () => {
      this.#expanded.delete(field.path.join("."));
      this.#write(field.path, null);
      this.querySelector(".adding select")?.focus();
    });
    this.#controls.push({
      field, path: field.path, row,
      show: (node) => {
        row.hidden = !isShown(field, Boolean(node)) && !this.#expanded.has(field.path.join("."));
        clear.hidden = field.isRequired || !node;
        if (!row.hidden) parts(node);
      },
    });
    return row;
  }

  /** Fills `place` for a field. @returns {(node) => void} what shows a value in it */
  #control(field, id, place) {
    if (field.as === "group") return this.#group(field, place);
    return (CONTROLS[field.as] ?? line)(field, id, place, this.#form);
  }

  #write(path, json) {
    const { panel } = this.#request;
    const text = json === null ? removed(panel.body.value, path) : written(panel.body.value, path, json);
    const parent = path.slice(0, -1);
    const isEmpty = json === null && parent.length && nodeAt(treeOf(text), parent)?.children.length === 0;
    this.#request.write(isEmpty ? removed(text, parent) : text);
  }

  #group(field, place) {
    const before = this.#controls.length;
    const rows = field.fields.map((inner) => this.#row(inner));
    const own = this.#controls.slice(before);
    const group = make("div", { class: "group", role: "group", "aria-label": field.name }, ...rows, this.#more(own, field.name));
    place.append(group);
    return () => {};
  }
}

function said(field, id, place) {
  place.append(make("span", { class: "hint" }, "Add picture, above, puts one in; so does dropping or pasting it."));
  return () => {};
}

customElements.define("run-form", RunForm);
