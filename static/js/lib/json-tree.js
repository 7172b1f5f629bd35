// JSON as a tree whose every node knows where it stands in its text: one value is changed, and all else stays as it was written.

import { Fault, Scanner, SPACE } from "./json.js";

/**
 * @typedef {{kind: "object" | "array" | "string" | "other", from: number, to: number, names: Name[], children: Node[]}} Node
 *   `names` go with the `children` of an object, one each
 * @typedef {{name: string, from: number, to: number}} Name
 * @typedef {(string | number)[]} Path
 */

const KINDS = { "{": "object", "[": "array", '"': "string" };

class Builder extends Scanner {
  node = { children: [], names: [] };

  value(depth) {
    this.match(SPACE);
    const parent = this.node;
    const node = { kind: KINDS[this.text[this.at]] ?? "other", from: this.at, to: this.at, names: [], children: [] };
    parent.children.push(node);
    this.node = node;
    super.value(depth);
    node.to = this.at;
    this.node = parent;
  }

  member(depth) {
    this.match(SPACE);
    const from = this.at;
    const { names } = this.node;
    super.member(depth, (to) => names.push({ name: JSON.parse(this.text.slice(from, to)), from, to }));
  }
}

/** @returns {Node | null} null when `text` is not JSON */
export function treeOf(text) {
  const builder = new Builder(text);
  try {
    builder.value(0);
    builder.end();
  } catch (fault) {
    if (fault instanceof Fault) return null;
    throw fault;
  }
  return builder.node.children[0];
}

/** The node at `path`, null where there is none. @param {Node | null} root @param {Path} path */
export function nodeAt(root, path) {
  let node = root;
  for (const step of path) node = childOf(node, step);
  return node ?? null;
}

function childOf(node, step) {
  if (node?.kind === "array") return node.children[step];
  if (node?.kind !== "object") return undefined;
  return node.children[node.names.findLastIndex(({ name }) => name === step)];
}

/** The value of a node; a number beyond what JavaScript counts in is rounded, so what is sent is never made of this. */
export const valueOf = (text, node) => (node ? JSON.parse(text.slice(node.from, node.to)) : undefined);

/**
 * `text` with `json` at `path`, in the layout `text` has. What is missing on the way is made.
 * @param {string} text JSON @param {Path} path @param {string} json the value as JSON
 */
export function written(text, path, json) {
  const root = treeOf(text);
  const found = nodeAt(root, path);
  if (found) return text.slice(0, found.from) + indented(json, indentAt(text, found.from)) + text.slice(found.to);
  const holder = path.slice(0, -1);
  const parent = nodeAt(root, holder);
  const last = path.at(-1);
  if (!parent) return written(text, holder, typeof last === "number" ? `[${json}]` : `{${JSON.stringify(last)}: ${json}}`);
  if (parent.kind === "object" && typeof last === "string") return added(text, parent, `${JSON.stringify(last)}: `, json);
  return parent.kind === "array" && typeof last === "number" ? added(text, parent, "", json) : text;
}

function added(text, parent, name, json) {
  const last = parent.children.at(-1);
  const first = parent.names[0] ?? parent.children[0];
  const isOnLines = first ? text.slice(parent.from, first.from).includes("\n") : text.includes("\n");
  const outer = indentAt(text, parent.from);
  const inner = isOnLines && first ? indentAt(text, first.from) : `${outer}  `;
  const own = name + indented(json, isOnLines ? inner : outer);
  if (last) return `${text.slice(0, last.to)},${isOnLines ? `\n${inner}` : " "}${own}${text.slice(last.to)}`;
  const inside = isOnLines ? `\n${inner}${own}\n${outer}` : own;
  return text.slice(0, parent.from + 1) + inside + text.slice(parent.to - 1);
}

/** `text` without the member or item at `path`; the same where there is none. */
export function removed(text, path) {
  const root = treeOf(text);
  const parent = nodeAt(root, path.slice(0, -1));
  const node = nodeAt(root, path);
  if (!parent || !node || !path.length) return text;
  const at = parent.children.indexOf(node);
  const starts = (index) => (parent.names[index] ?? parent.children[index]).from;
  if (parent.children.length === 1) return text.slice(0, parent.from + 1) + text.slice(parent.to - 1);
  // The comma goes with it: the one before, or for the first the one after.
  return at > 0
    ? text.slice(0, parent.children[at - 1].to) + text.slice(node.to)
    : text.slice(0, starts(0)) + text.slice(starts(1));
}

/** The items of the array at `path` in another order: each number is where the item stood. */
export function reordered(text, path, order) {
  const node = nodeAt(treeOf(text), path);
  let made = "";
  let at = 0;
  order.forEach((from, to) => {
    const [hole, item] = [node.children[to], node.children[from]];
    made += text.slice(at, hole.from) + text.slice(item.from, item.to);
    at = hole.to;
  });
  return made + text.slice(at);
}

const indentAt = (text, at) => /^[ \t]*/.exec(text.slice(text.lastIndexOf("\n", at - 1) + 1, at))[0];
const indented = (json, indent) => json.replaceAll("\n", `\n${indent}`);
