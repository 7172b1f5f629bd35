// The tools a model is offered, in a form: each with its name, what it does, and the schema of its parameters.

import { json, put } from "./form-controls.js";
import { showEach } from "./form-turns.js";
import { nodeAt, treeOf, valueOf } from "./json-tree.js";

const EMPTY = { type: "object", properties: {} };
// A tool as each wire has it, where it keeps its name, and what it calls the schema.
const NESTED = { start: { type: "function", function: { name: "", description: "", parameters: { ...EMPTY, required: [] } } }, inside: ["function"], schema: "parameters" };
const WIRES = {
  "/v1/responses": { start: { type: "function", name: "", description: "", parameters: EMPTY }, inside: [], schema: "parameters" },
  "/v1/messages": { start: { name: "", description: "", input_schema: EMPTY }, inside: [], schema: "input_schema" },
};

/** @type {import("./form-controls.js").Control} */
export function tools(field, id, place, form) {
  const wire = WIRES[form.path] ?? NESTED;
  const list = form.make("ol", { class: "turns" });
  const add = form.make("button", { type: "button" }, "Add a tool");
  add.addEventListener("click", () => {
    const count = nodeAt(treeOf(form.text), field.path)?.children.length ?? 0;
    form.write([...field.path, count], JSON.stringify(wire.start, null, 2));
    list.lastElementChild?.querySelector("input")?.focus();
  });
  place.append(list, add);
  const rows = [];
  return (node) => showEach(rows, node?.kind === "array" ? node.children : [], (at) => {
    const made = toolRow([...field.path, at], `${id}-${at}`, at + 1, { wire, add, form });
    list.append(made.row);
    return made;
  });
}

function toolRow(path, id, number, { wire: { inside, schema }, add, form }) {
  const own = [...path, ...inside];
  const line = (name, label) => {
    const input = form.make("input", { "aria-label": `${label} of tool ${number}`, placeholder: label, autocomplete: "off", spellcheck: "false" });
    input.addEventListener("input", () => form.write([...own, name], JSON.stringify(input.value)));
    return { input, show: (value) => put(input, typeof value === "string" ? value : "") };
  };
  const [name, description] = [line("name", "Name"), line("description", "What it does")];
  const remove = form.make("button", { type: "button", "aria-label": `Remove tool ${number}` }, "×");
  remove.addEventListener("click", () => {
    form.write(path, null);
    add.focus();
  });
  const place = form.make("div");
  const parameters = json({ path: [...own, schema], label: `Parameters of tool ${number}, JSON Schema` }, id, place, form);
  return {
    row: form.make("li", {}, form.make("div", { class: "turn-head" }, name.input, description.input, remove), place),
    show: (tool) => {
      const value = valueOf(form.text, tool);
      const inner = inside.reduce((one, step) => one?.[step], value);
      name.show(inner?.name);
      description.show(inner?.description);
      parameters(nodeAt(treeOf(form.text), [...own, schema]));
    },
  };
}
