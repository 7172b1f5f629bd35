// The tools a model is offered, in a form: each with its name, what it does, and the schema of its parameters.

import { json, put } from "./form-controls.js";
import { showEach } from "./form-turns.js";
import { nodeAt, treeOf, valueOf } from "./json-tree.js";

const SCHEMA = { type: "object", properties: {}, required: [] };

/**
 * How a wire has its tools, as the shape of one says: what a new one starts as, where in it its name stands, and what it calls the schema.
 * @param {object} item
 */
export function wireOf(item) {
  const { function: inner, ...outer } = item?.properties ?? {};
  const properties = inner?.properties ?? outer;
  const schema = "input_schema" in properties ? "input_schema" : "parameters";
  const own = { name: "", description: "", [schema]: SCHEMA };
  const type = outer.type ? { type: "function" } : {};
  return { start: inner ? { ...type, function: own } : { ...type, ...own }, inside: inner ? ["function"] : [], schema };
}

/** @type {import("./form-controls.js").Control} */
export function tools(field, id, place, form) {
  const wire = wireOf(field.item);
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
