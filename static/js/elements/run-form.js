// <run-form>: the request as a form, made from the shape of its endpoint's body. Every control writes into the JSON and reads from it.

import { fieldsOf, isShown, linesText, looseText, numberText } from "../lib/form.js";
import { nodeAt, removed, reordered, treeOf, valueOf, written } from "../lib/json-tree.js";
import { maker, say } from "../lib/make.js";
import { knownStock } from "../lib/offered.js";

const make = maker(document);
const TURN = { role: "user", content: "" };
const TOOL = { type: "function", function: { name: "", description: "", parameters: { type: "object", properties: {}, required: [] } } };
const FLAT_TOOL = { type: "function", name: "", description: "", parameters: { type: "object", properties: {} } };

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
    const ways = {
      long: () => this.#area(field, id, place, { write: (text) => JSON.stringify(text), read: (text, node) => valueOf(text, node), kind: "string" }),
      texts: () => this.#area(field, id, place, { write: (text) => linesText(text, field.isList), read: (text, node) => [valueOf(text, node)].flat().join("\n"), kind: "lines" }),
      json: () => this.#json(field.path, id, place),
      images: () => this.#said(place, "Add picture, above, puts one in; so does dropping or pasting it."),
      number: () => this.#number(field, id, place),
      choice: () => this.#choice(field, id, place),
      group: () => this.#group(field, place),
      messages: () => this.#turns(field, place),
      tools: () => this.#tools(field, place),
      schema: () => this.#format(field, id, place),
    };
    return (ways[field.as] ?? (() => this.#line(field, id, place)))();
  }

  #write(path, json) {
    const { panel } = this.#request;
    const text = json === null ? removed(panel.body.value, path) : written(panel.body.value, path, json);
    const parent = path.slice(0, -1);
    const isEmpty = json === null && parent.length && nodeAt(treeOf(text), parent)?.children.length === 0;
    this.#request.write(isEmpty ? removed(text, parent) : text);
  }

  #said(place, text) {
    place.append(make("span", { class: "hint" }, text));
    return () => {};
  }

  #line(field, id, place) {
    const input = make("input", { id, "aria-describedby": `${id}-about`, autocomplete: "off", spellcheck: "false", ...(field.as === "model" ? { list: this.models.id } : {}), placeholder: field.silence });
    input.addEventListener("input", () => this.#write(field.path, field.as === "loose" ? looseText(input.value) : JSON.stringify(input.value)));
    place.append(input);
    return (node) => put(input, node ? (node.kind === "string" ? valueOf(this.#text, node) : this.#source(node)) : "");
  }

  #source(node) {
    return this.#text.slice(node.from, node.to);
  }

  #area(field, id, place, { write, read, kind }) {
    const area = make("textarea", { id, "aria-describedby": `${id}-about`, rows: kind === "lines" ? 2 : 3 });
    area.addEventListener("input", () => this.#write(field.path, write(area.value)));
    const note = make("p", { class: "hint", hidden: "" }, "This is written as parts. Change it under JSON.");
    place.append(area, note);
    return (node) => {
      const fits = !node || node.kind === "string" || (kind === "lines" && node.kind === "array" && node.children.every((child) => child.kind === "string"));
      area.hidden = !fits;
      note.hidden = fits;
      if (fits) put(area, node ? read(this.#text, node) : "");
    };
  }

  // A number is taken as it is written, so that no digit of a large one is lost.
  #number(field, id, place) {
    const input = make("input", { id, "aria-describedby": `${id}-about`, inputmode: "decimal", autocomplete: "off", placeholder: field.silence });
    const range = field.step ? make("input", { type: "range", min: field.from, max: field.to, step: field.step, "aria-labelledby": `${id}-label` }) : null;
    input.addEventListener("input", () => {
      const number = numberText(input.value);
      input.setAttribute("aria-invalid", String(number === null && input.value.trim() !== ""));
      if (number !== null) this.#write(field.path, number);
      else if (!input.value.trim()) this.#write(field.path, null);
    });
    range?.addEventListener("input", () => this.#write(field.path, range.value));
    place.append(input, ...(range ? [range] : []));
    return (node) => {
      const text = node ? this.#source(node) : "";
      if (document.activeElement !== input) input.removeAttribute("aria-invalid");
      put(input, text);
      if (range) range.value = text || field.silence || field.from;
    };
  }

  #choice(field, id, place) {
    const select = make("select", { id, "aria-describedby": `${id}-about` });
    const unsaid = make("option", { value: "" }, field.silence ? `not set (${field.silence})` : "not set");
    select.append(unsaid, ...field.choices.map((json) => make("option", { value: json }, json.replace(/^"|"$/g, ""))));
    const other = make("option", { value: "other", disabled: "", hidden: "" }, "something else");
    select.append(other);
    select.addEventListener("change", () => this.#write(field.path, select.value || null));
    place.append(select);
    return (node) => {
      const json = node ? this.#source(node) : "";
      select.value = json === "" || field.choices.includes(json) ? json : "other";
    };
  }

  #json(path, id, place) {
    const area = make("textarea", { id, class: "code", rows: 3, spellcheck: "false", "aria-describedby": `${id}-about` });
    const fault = make("p", { class: "hint bad", role: "status" });
    area.addEventListener("input", () => {
      const isJson = treeOf(area.value) !== null;
      area.setAttribute("aria-invalid", String(!isJson && area.value.trim() !== ""));
      say(fault, isJson || !area.value.trim() ? "" : "Not JSON yet, so it is not in the request.");
      if (isJson) this.#write(path, area.value.trim());
      else if (!area.value.trim()) this.#write(path, null);
    });
    place.append(area, fault);
    return (node) => {
      if (document.activeElement === area) return;
      area.removeAttribute("aria-invalid");
      say(fault, "");
      put(area, node ? outdented(this.#text, node) : "");
    };
  }

  #group(field, place) {
    const before = this.#controls.length;
    const rows = field.fields.map((inner) => this.#row(inner));
    const own = this.#controls.slice(before);
    const group = make("div", { class: "group", role: "group", "aria-label": field.name }, ...rows, this.#more(own, field.name));
    place.append(group);
    return () => {};
  }

  #turns(field, place) {
    const list = make("ol", { class: "turns" });
    const add = make("button", { type: "button" }, "Add a turn");
    add.addEventListener("click", () => {
      const node = nodeAt(treeOf(this.#text), field.path);
      const turns = node?.children.length ?? 0;
      const last = turns ? valueOf(this.#text, node.children.at(-1)) : null;
      this.#write([...field.path, turns], JSON.stringify({ ...TURN, role: last?.role === "user" ? "assistant" : "user" }));
      list.lastElementChild?.querySelector("textarea")?.focus();
    });
    place.append(list, add);
    const show = [];
    return (node) => {
      const turns = node?.kind === "array" ? node.children : [];
      while (show.length > turns.length) show.pop().row.remove();
      while (show.length < turns.length) show.push(this.#turn(field, show.length, list));
      turns.forEach((turn, at) => show[at].show(turn, turns.length));
    };
  }

  #turn(field, at, list) {
    const path = [...field.path, at];
    const role = make("select", { "aria-label": `Role of turn ${at + 1}` }, ...["system", "user", "assistant", "tool"].map((one) => make("option", { value: one }, one)));
    const content = make("textarea", { rows: 2, "aria-label": `Text of turn ${at + 1}` });
    const note = make("span", { class: "hint" });
    const move = (label, step) => {
      const button = make("button", { type: "button", "aria-label": `Move turn ${at + 1} ${label}` }, label === "up" ? "↑" : "↓");
      button.addEventListener("click", () => this.#move(field, list, at, step));
      return button;
    };
    const [up, down] = [move("up", -1), move("down", 1)];
    const remove = make("button", { type: "button", "aria-label": `Remove turn ${at + 1}` }, "×");
    remove.addEventListener("click", () => {
      this.#write(path, null);
      (list.children[Math.min(at, list.children.length - 1)]?.querySelector("textarea") ?? list.nextElementSibling).focus();
    });
    role.addEventListener("change", () => this.#write([...path, "role"], JSON.stringify(role.value)));
    content.addEventListener("input", () => this.#write([...path, ...content.dataset.at.split("/").map((step) => (/^\d+$/.test(step) ? Number(step) : step))], JSON.stringify(content.value)));
    const row = make("li", {}, make("div", { class: "turn-head" }, role, note, up, down, remove), content);
    list.append(row);
    return { row, show: (turn, count) => this.#showTurn(turn, { role, content, note, up, down }, at, count) };
  }

  #showTurn(turn, { role, content, note, up, down }, at, count) {
    const value = valueOf(this.#text, turn);
    const spoken = typeof value?.role === "string" ? value.role : "";
    if (spoken && ![...role.options].some((option) => option.value === spoken)) role.append(make("option", { value: spoken }, spoken));
    role.value = spoken;
    // Of a content in parts, the first text is what can be written here.
    const part = Array.isArray(value?.content) ? value.content.findIndex((one) => typeof one?.text === "string") : -1;
    const isParts = Array.isArray(value?.content);
    content.dataset.at = isParts ? `content/${part}/text` : "content";
    content.hidden = isParts && part < 0;
    put(content, String((isParts ? value.content[part]?.text : value?.content) ?? ""));
    const besides = ["images", "tool_calls", "thinking"].filter((name) => value?.[name] !== undefined);
    say(note, isParts ? `${value.content.length} parts` : besides.length ? `with ${besides.join(", ")}` : "");
    up.disabled = at === 0;
    down.disabled = at === count - 1;
  }

  #move(field, list, at, step) {
    this.#request.write(exchanged(this.#text, field.path, at, at + step));
    const target = list.children[at + step];
    const buttons = target.querySelectorAll("button");
    (buttons[step < 0 ? 0 : 1].disabled ? target.querySelector("textarea") : buttons[step < 0 ? 0 : 1]).focus();
  }

  #tools(field, place) {
    const list = make("ol", { class: "turns" });
    const add = make("button", { type: "button" }, "Add a tool");
    const isFlat = this.#request.panel.dataset.path === "/v1/responses";
    const anthropic = { name: "", description: "", input_schema: { type: "object", properties: {} } };
    const start = this.#request.panel.dataset.path === "/v1/messages" ? anthropic : isFlat ? FLAT_TOOL : TOOL;
    add.addEventListener("click", () => {
      const count = nodeAt(treeOf(this.#text), field.path)?.children.length ?? 0;
      this.#write([...field.path, count], JSON.stringify(start, null, 2));
      list.lastElementChild?.querySelector("input")?.focus();
    });
    place.append(list, add);
    const show = [];
    return (node) => {
      const tools = node?.kind === "array" ? node.children : [];
      while (show.length > tools.length) show.pop().row.remove();
      while (show.length < tools.length) show.push(this.#tool(field, show.length, list, add, start));
      tools.forEach((tool, at) => show[at].show(tool));
    };
  }

  #tool(field, at, list, add, start) {
    const own = start.function ? [...field.path, at, "function"] : [...field.path, at];
    const schema = start.input_schema ? "input_schema" : "parameters";
    const line = (name, label) => {
      const input = make("input", { "aria-label": `${label} of tool ${at + 1}`, placeholder: label, autocomplete: "off", spellcheck: "false" });
      input.addEventListener("input", () => this.#write([...own, name], JSON.stringify(input.value)));
      return { input, show: (value) => put(input, typeof value === "string" ? value : "") };
    };
    const [name, description] = [line("name", "Name"), line("description", "What it does")];
    const remove = make("button", { type: "button", "aria-label": `Remove tool ${at + 1}` }, "×");
    remove.addEventListener("click", () => {
      this.#write([...field.path, at], null);
      add.focus();
    });
    const place = make("div");
    const id = `${this.#request.panel.id}-tool-${at}`;
    const parameters = this.#json([...own, schema], id, place);
    place.querySelector("textarea").setAttribute("aria-label", `Parameters of tool ${at + 1}, JSON Schema`);
    place.querySelector("textarea").removeAttribute("aria-describedby");
    const row = make("li", {}, make("div", { class: "turn-head" }, name.input, description.input, remove), place);
    list.append(row);
    return {
      row, show: (tool) => {
        const value = valueOf(this.#text, tool);
        const inner = start.function ? value?.function : value;
        name.show(inner?.name);
        description.show(inner?.description);
        parameters(nodeAt(treeOf(this.#text), [...own, schema]));
      },
    };
  }

  #format(field, id, place) {
    const select = make("select", { id, "aria-describedby": `${id}-about` },
      make("option", { value: "" }, "any text"), make("option", { value: "json" }, "any JSON"), make("option", { value: "schema" }, "JSON by a schema"));
    const inner = make("div");
    const schema = this.#json(field.path, `${id}-schema`, inner);
    inner.querySelector("textarea").setAttribute("aria-label", "The schema, JSON");
    inner.querySelector("textarea").removeAttribute("aria-describedby");
    const start = { type: "object", properties: { answer: { type: "string" } }, required: ["answer"] };
    select.addEventListener("change", () => this.#write(field.path, { "": null, json: '"json"', schema: JSON.stringify(start, null, 2) }[select.value]));
    place.append(select, inner);
    return (node) => {
      select.value = !node ? "" : node.kind === "object" ? "schema" : "json";
      inner.hidden = node?.kind !== "object";
      if (!inner.hidden) schema(node);
    };
  }
}

// What the reader is writing is not written over.
function put(control, text) {
  if (control.value !== text && document.activeElement !== control) control.value = text;
}

function exchanged(text, path, one, other) {
  const count = nodeAt(treeOf(text), path).children.length;
  const order = Array.from({ length: count }, (_, at) => (at === one ? other : at === other ? one : at));
  return reordered(text, path, order);
}

// A value as it stands in the text, its lines moved to the left edge.
function outdented(text, { from, to }) {
  const indent = /^[ \t]*/.exec(text.slice(text.lastIndexOf("\n", from - 1) + 1, from))[0];
  return text.slice(from, to).replaceAll(`\n${indent}`, "\n");
}

customElements.define("run-form", RunForm);
