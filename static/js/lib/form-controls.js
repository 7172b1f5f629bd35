// The controls of a form over JSON, one for each kind of value. Each writes into the JSON and returns what shows in it the value that is there.

import { linesText, looseText, numberText } from "./form.js";
import { treeOf, valueOf } from "./json-tree.js";
import { say } from "./make.js";

/**
 * @typedef {object} Form
 * @property {ReturnType<import("./make.js").maker>} make
 * @property {string} text the JSON as it is now
 * @property {(path: (string | number)[], json: string | null) => void} write puts a value there; null takes it away
 * @property {string} modelsId of the list of models
 *
 * @typedef {(node: import("./json-tree.js").Node | null) => void} Show
 * @typedef {(field: import("./form.js").Field, id: string, place: Element, form: Form) => Show} Control
 */

/** What the reader is writing is not written over. */
export function put(control, text) {
  if (control.value !== text && !control.matches(":focus")) control.value = text;
}

const sourceOf = (form, { from, to }) => form.text.slice(from, to);

/** @type {Control} */
export function line(field, id, place, form) {
  const isModel = field.as === "model";
  const input = form.make("input", {
    id, "aria-describedby": `${id}-about`, autocomplete: "off", spellcheck: "false", placeholder: field.silence, ...(isModel ? { list: form.modelsId } : {}),
  });
  input.addEventListener("input", () => form.write(field.path, field.as === "loose" ? looseText(input.value) : JSON.stringify(input.value)));
  place.append(input);
  return (node) => put(input, node ? (node.kind === "string" ? valueOf(form.text, node) : sourceOf(form, node)) : "");
}

/** @type {Control} */
export function longText(field, id, place, form) {
  const fits = (node) => node.kind === "string";
  return area({ id, rows: 3, fits, write: (text) => form.write(field.path, JSON.stringify(text)), read: (node) => valueOf(form.text, node) }, place, form);
}

/** @type {Control} */
export function texts(field, id, place, form) {
  const fits = ({ kind, children }) => kind === "string" || (kind === "array" && children.every((child) => child.kind === "string"));
  const read = (node) => [valueOf(form.text, node)].flat().join("\n");
  return area({ id, rows: 2, fits, write: (text) => form.write(field.path, linesText(text, field.isList)), read }, place, form);
}

function area({ id, rows, fits, write, read }, place, { make }) {
  const field = make("textarea", { id, "aria-describedby": `${id}-about`, rows });
  field.addEventListener("input", () => write(field.value));
  const note = make("p", { class: "hint", hidden: "" }, "This is written as parts. Change it under JSON.");
  place.append(field, note);
  return (node) => {
    field.hidden = Boolean(node) && !fits(node);
    note.hidden = !field.hidden;
    if (!field.hidden) put(field, node ? read(node) : "");
  };
}

/** A number is taken as it is written, so that no digit of a large one is lost. @type {Control} */
export function number(field, id, place, form) {
  const input = form.make("input", { id, "aria-describedby": `${id}-about`, inputmode: "decimal", autocomplete: "off", placeholder: field.silence });
  const range = field.step ? form.make("input", { type: "range", min: field.from, max: field.to, step: field.step, "aria-labelledby": `${id}-label` }) : null;
  input.addEventListener("input", () => {
    const given = numberText(input.value);
    input.setAttribute("aria-invalid", String(given === null && input.value.trim() !== ""));
    if (given !== null) form.write(field.path, given);
    else if (!input.value.trim()) form.write(field.path, null);
  });
  range?.addEventListener("input", () => form.write(field.path, range.value));
  place.append(input, ...(range ? [range] : []));
  return (node) => {
    const text = node ? sourceOf(form, node) : "";
    if (!input.matches(":focus")) input.removeAttribute("aria-invalid");
    put(input, text);
    if (range) range.value = text || field.silence || field.from;
  };
}

/** @type {Control} */
export function choice(field, id, place, form) {
  const { make } = form;
  const unsaid = make("option", { value: "" }, field.silence ? `not set (${field.silence})` : "not set");
  const other = make("option", { value: "other", disabled: "", hidden: "" }, "something else");
  const choices = field.choices.map((json) => make("option", { value: json }, json.replace(/^"|"$/g, "")));
  const select = make("select", { id, "aria-describedby": `${id}-about` }, unsaid, ...choices, other);
  select.addEventListener("change", () => form.write(field.path, select.value || null));
  place.append(select);
  return (node) => {
    const json = node ? sourceOf(form, node) : "";
    select.value = json === "" || field.choices.includes(json) ? json : "other";
  };
}

/** JSON of any kind. What is no JSON yet stays here and is not in the request. @type {Control} */
export function json({ path, label }, id, place, form) {
  const field = form.make("textarea", { id, class: "code", rows: 3, spellcheck: "false", ...(label ? { "aria-label": label } : { "aria-describedby": `${id}-about` }) });
  const fault = form.make("p", { class: "hint bad", role: "status" });
  field.addEventListener("input", () => {
    const isJson = treeOf(field.value) !== null;
    field.setAttribute("aria-invalid", String(!isJson && field.value.trim() !== ""));
    say(fault, isJson || !field.value.trim() ? "" : "Not JSON yet, so it is not in the request.");
    if (isJson) form.write(path, field.value.trim());
    else if (!field.value.trim()) form.write(path, null);
  });
  place.append(field, fault);
  return (node) => {
    if (field.matches(":focus")) return;
    field.removeAttribute("aria-invalid");
    say(fault, "");
    put(field, node ? outdented(form.text, node) : "");
  };
}

// A value as it stands in the text, its lines moved to the left edge.
function outdented(text, { from, to }) {
  const indent = /^[ \t]*/.exec(text.slice(text.lastIndexOf("\n", from - 1) + 1, from))[0];
  return text.slice(from, to).replaceAll(`\n${indent}`, "\n");
}

const ANSWER = { type: "object", properties: { answer: { type: "string" } }, required: ["answer"] };

/** What the answer is to be: any text, any JSON, or JSON by a schema. @type {Control} */
export function format(field, id, place, form) {
  const { make } = form;
  const select = make("select", { id, "aria-describedby": `${id}-about` },
    make("option", { value: "" }, "any text"), make("option", { value: "json" }, "any JSON"), make("option", { value: "schema" }, "JSON by a schema"));
  const inner = make("div");
  const schema = json({ path: field.path, label: "The schema, JSON" }, `${id}-schema`, inner, form);
  select.addEventListener("change", () => form.write(field.path, { "": null, json: '"json"', schema: JSON.stringify(ANSWER, null, 2) }[select.value]));
  place.append(select, inner);
  return (node) => {
    select.value = !node ? "" : node.kind === "object" ? "schema" : "json";
    inner.hidden = node?.kind !== "object";
    if (!inner.hidden) schema(node);
  };
}
