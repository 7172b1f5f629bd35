// The turns of a chat, in a form: each with its role and its text, to be moved, taken away and added to.

import { put } from "./form-controls.js";
import { nodeAt, reordered, treeOf, valueOf } from "./json-tree.js";
import { say } from "./make.js";

/** As many rows as there are items, each showing its own. @param {{row: Element, show: (item: object, count: number) => void}[]} rows */
export function showEach(rows, items, add) {
  while (rows.length > items.length) rows.pop().row.remove();
  while (rows.length < items.length) rows.push(add(rows.length));
  items.forEach((item, at) => rows[at].show(item, items.length));
}

/** @type {import("./form-controls.js").Control} */
export function turns(field, id, place, form) {
  const list = form.make("ol", { class: "turns" });
  const add = form.make("button", { type: "button" }, "Add a turn");
  add.addEventListener("click", () => {
    const node = nodeAt(treeOf(form.text), field.path);
    const count = node?.children.length ?? 0;
    const last = count ? valueOf(form.text, node.children.at(-1)) : null;
    form.write([...field.path, count], JSON.stringify({ role: last?.role === "user" ? "assistant" : "user", content: "" }));
    list.lastElementChild?.querySelector("textarea")?.focus();
  });
  place.append(list, add);
  const rows = [];
  return (node) => showEach(rows, node?.kind === "array" ? node.children : [], (at) => new Turn(form, field, at, list));
}

class Turn {
  #form;
  #path;
  #at;
  #list;

  constructor(form, { path, item }, at, list) {
    [this.#form, this.#path, this.#at, this.#list] = [form, path, at, list];
    const { make } = form;
    this.role = make("select", { "aria-label": `Role of turn ${at + 1}` }, ...(item?.properties?.role?.enum ?? []).map((role) => make("option", { value: role }, role)));
    this.content = make("textarea", { rows: 2, "aria-label": `Text of turn ${at + 1}` });
    this.note = make("span", { class: "hint" });
    [this.up, this.down] = [this.#button(`Move turn ${at + 1} up`, "↑", () => this.#move(-1)), this.#button(`Move turn ${at + 1} down`, "↓", () => this.#move(1))];
    const remove = this.#button(`Remove turn ${at + 1}`, "×", () => this.#remove());
    this.role.addEventListener("change", () => form.write([...path, at, "role"], JSON.stringify(this.role.value)));
    this.content.addEventListener("input", () => form.write([...path, at, ...this.inside], JSON.stringify(this.content.value)));
    this.row = make("li", {}, make("div", { class: "turn-head" }, this.role, this.note, this.up, this.down, remove), this.content);
    list.append(this.row);
  }

  #button(label, sign, act) {
    const button = this.#form.make("button", { type: "button", "aria-label": label }, sign);
    button.addEventListener("click", act);
    return button;
  }

  show(turn, count) {
    const value = valueOf(this.#form.text, turn);
    this.#showRole(typeof value?.role === "string" ? value.role : "");
    // Of a content in parts, the first text is what can be written here.
    const parts = Array.isArray(value?.content) ? value.content : null;
    const part = parts?.findIndex((one) => typeof one?.text === "string") ?? -1;
    this.inside = parts ? ["content", part, "text"] : ["content"];
    this.content.hidden = Boolean(parts) && part < 0;
    put(this.content, String((parts ? parts[part]?.text : value?.content) ?? ""));
    const besides = ["images", "tool_calls", "thinking"].filter((name) => value?.[name] !== undefined);
    say(this.note, parts ? `${parts.length} parts` : besides.length ? `with ${besides.join(", ")}` : "");
    this.up.disabled = this.#at === 0;
    this.down.disabled = this.#at === count - 1;
  }

  #showRole(role) {
    if (role && ![...this.role.options].some(({ value }) => value === role)) this.role.append(this.#form.make("option", { value: role }, role));
    this.role.value = role;
  }

  #move(step) {
    const [one, other] = [this.#at, this.#at + step];
    const order = [...this.#list.children].map((_, at) => (at === one ? other : at === other ? one : at));
    this.#form.replace(reordered(this.#form.text, this.#path, order));
    const row = this.#list.children[other];
    const [up, down] = row.querySelectorAll("button");
    const again = step < 0 ? up : down;
    (again.disabled ? row.querySelector("textarea") : again).focus();
  }

  #remove() {
    this.#form.write([...this.#path, this.#at], null);
    const { children, nextElementSibling: add } = this.#list;
    (children[Math.min(this.#at, children.length - 1)]?.querySelector("textarea") ?? add).focus();
  }
}
