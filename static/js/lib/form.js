// The form of a request, as a value: which fields its shape has, how each is filled in, which are shown at once.

import { resolved } from "./shape.js";

/**
 * @typedef {{name: string, path: string[], as: string, about: string, isRequired: boolean, silence: string, choices: string[],
 *   from?: number, to?: number, step?: number, fields: Field[], isList: boolean, item: object | null}} Field
 *   `as` is how it is filled in, `silence` what holds where the request says nothing, `item` the shape of what a list is made of
 */

/** @param {object} shape of a body @returns {Field[]} */
export const fieldsOf = (shape) => inside(shape, [], shape);

function inside(shape, path, root) {
  const required = shape.required ?? [];
  return Object.entries(shape.properties ?? {}).map(([name, raw]) => fieldOf(name, [...path, name], resolved(raw, root), required.includes(name), root));
}

function fieldOf(name, path, shape, isRequired, root) {
  const as = wayOf(shape);
  return {
    name, path, as, about: shape.description ?? "", isRequired,
    silence: "default" in shape ? String(shape.default) : "",
    choices: choicesOf(shape), from: shape["x-from"], to: shape["x-to"], step: shape["x-step"],
    isList: shape.type === "array" || (shape.anyOf ?? []).every(({ type }) => type === "array"),
    fields: as === "group" ? inside(shape, path, root) : [],
    item: shape.items ? resolved(shape.items, root) : null,
  };
}

function wayOf(shape) {
  const named = shape["x-as"];
  if (named && named !== "options") return named;
  if (shape.properties) return "group";
  if (shape.anyOf) return choicesOf(shape).length ? "choice" : shape.anyOf.every(({ type }) => type === "string" || type === "number") ? "loose" : "json";
  if (shape.enum) return "choice";
  return { boolean: "choice", integer: "number", number: "number", string: "line" }[shape.type] ?? "json";
}

function choicesOf({ type, enum: words, anyOf }) {
  if (anyOf) return anyOf.flatMap(choicesOf);
  return type === "boolean" ? ["true", "false"] : (words ?? []).map((word) => JSON.stringify(word));
}

const ALWAYS = new Set(["model", "long", "messages", "tools", "schema", "images", "texts"]);

/** Whether a field is shown before anybody asks for more: the ones a request is mostly about, and those it has. */
export const isShown = ({ as, name, isRequired }, has) => isRequired || has || (ALWAYS.has(as) && !["system", "template", "suffix", "stop", "stop_sequences"].includes(name)) || name === "options" || name === "think" || name === "stream";

/** The number a reader wrote, as it is sent, to the last digit; null when it is none. */
export function numberText(text) {
  const plain = text.trim();
  return /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(plain) ? plain : null;
}

/** What was written where a text or a number may stand, as JSON: `5m` is a text, `-1` a number. */
export const looseText = (text) => numberText(text) ?? JSON.stringify(text);

/** Lines as JSON: one is a text where that is allowed, more are a list. */
export function linesText(text, isList) {
  const lines = text.split("\n").filter((line, at, all) => line || at < all.length - 1);
  return lines.length === 1 && !isList ? JSON.stringify(lines[0]) : JSON.stringify(lines);
}
