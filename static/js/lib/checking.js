// What is wrong with a body, and where: what stops it being JSON, what the server refuses, what does not fit the endpoint's shape.

import { findFault } from "./json.js";
import { treeOf } from "./json-tree.js";
import { faultsOf, step } from "./schema.js";

/** @typedef {{from: number, to: number, line: number, message: string, severity: "error" | "warning"}} Problem */

/** @param {string} text @param {object | null} shape the endpoint's body as JSON Schema @returns {Problem[]} in the order of the text */
export function problemsOf(text, shape) {
  const fault = findFault(text);
  if (fault) return [faulty(text, fault)];
  const root = treeOf(text);
  const { places, doubled } = placesOf(root);
  const found = doubled.map(({ from, to, name }) => ({ from, to, message: `“${name}” is named twice in one object`, severity: "error" }));
  for (const one of shape ? faultsOf(JSON.parse(text), shape) : []) found.push(placed(one, places, shape));
  const lineAt = (at) => text.slice(0, at).split("\n").length;
  return found.sort((one, other) => one.from - other.from).map((one) => ({ ...one, line: lineAt(one.from) }));
}

function faulty(text, { line, column, message }) {
  const lines = text.split("\n").slice(0, line - 1);
  const at = lines.reduce((sum, one) => sum + one.length + 1, 0) + column - 1;
  const from = Math.min(at, Math.max(text.length - 1, 0));
  return { from, to: Math.max(from, Math.min(at + 1, text.length)), line, message: `not JSON: ${message}`, severity: "error" };
}

/** Where each value stands, by the path a fault names it with. */
function placesOf(root) {
  const places = new Map();
  const doubled = [];
  const visit = (node, path) => {
    places.set(path, node);
    const seen = new Set();
    node.children.forEach((child, at) => {
      const named = node.names[at];
      if (named && seen.has(named.name)) doubled.push(named);
      if (named) seen.add(named.name);
      const own = named ? step(path, named.name) : `${path}[${at}]`;
      visit(child, own);
      if (named) places.set(`${own} `, named);
    });
  };
  visit(root, "");
  return { places, doubled };
}

function placed({ path, message }, places, shape) {
  if (message === "is missing") {
    const holder = places.get(path.replace(/(?:^|\.)[\w$]+$/, "")) ?? places.get("");
    return { from: holder.from, to: holder.from + 1, message: `“${path}” is missing`, severity: "warning" };
  }
  if (message === "is not in the schema") return unknown(path, places.get(`${path} `), shape);
  const node = places.get(path) ?? places.get("");
  return { from: node.from, to: node.to, message: path ? `${path}: ${message}` : message, severity: "warning" };
}

// Ollama reads names whatever their case and takes the last, so the portal sends none that differs from a known one by case only.
function unknown(path, { from, to, name }, shape) {
  const plain = name.toLowerCase();
  const isKnown = plain !== name && (plain in shape.properties || plain in (shape.$defs?.options?.properties ?? {}));
  if (isKnown) return { from, to, message: `Ollama's name for “${name}” is “${plain}”`, severity: "error" };
  return { from, to, message: `${path}: Ollama reads no such field here`, severity: "warning" };
}
