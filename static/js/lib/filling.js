// Values a reader gives for what an example leaves open: where they go in its body and its path, and which are still missing.

import { spanAt } from "./json.js";

// Under these names a value is text even when it looks like a number.
const TEXTS = new Set(["model", "prompt", "content", "system", "input", "text", "query", "url", "name", "suffix", "template", "from", "source", "destination"]);

/**
 * One value to be given. A place is where it goes: `at` leads into the body, null means the path; `placeholder` is the
 * piece of the text there that it takes the place of, without one it is the whole value.
 * @typedef {{name: string, kind: "text" | "image" | "document" | "json", places: {at: (string | number)[] | null, placeholder: string | null}[]}} Field
 */

export class Filling {
  #given = new Map();

  /** @param {Field[]} fields @param {string} body as the example has it @param {string} path likewise */
  constructor(fields, body, path) {
    this.fields = fields;
    this.body = body;
    this.path = path;
  }

  /** `body` and `path` with the value of the field called `name` in all its places; "" takes it out again. */
  give(name, value, body, path) {
    this.#given.set(name, value);
    for (const { at } of this.fields.find((field) => field.name === name).places) {
      if (at === null) path = this.#textAt(this.path, null);
      else body = replaced(body, at, this.#valueAt(at));
    }
    return { body, path };
  }

  /** The names of the fields that a request with this body and path still lacks. */
  missing(body, path) {
    const isOpen = ({ at, placeholder }) => {
      if (at === null) return path.includes(placeholder);
      const value = valueAt(body, at);
      if (placeholder && valueAt(this.body, at) === placeholder) return value === placeholder;
      return placeholder ? typeof value === "string" && value.includes(placeholder) : value === null;
    };
    return this.fields.filter(({ places }) => places.some(isOpen)).map(({ name }) => name);
  }

  #valueAt(at) {
    const whole = this.fields.find((field) => field.places.some((place) => isAt(place, at) && !place.placeholder));
    if (!whole) return this.#textAt(valueAt(this.body, at), at);
    const given = this.#given.get(whole.name) ?? "";
    return given === "" ? null : asJson(given, whole.kind, at);
  }

  #textAt(text, at) {
    for (const { name, places } of this.fields) {
      const value = this.#given.get(name) ?? "";
      if (value === "") continue;
      for (const place of places) if (isAt(place, at)) text = text.replaceAll(place.placeholder, () => value.data ?? value);
    }
    return text;
  }
}

/** Why a text cannot be the value of a field; "" when it can. */
export function faultOf(text, field) {
  if (field.kind !== "json" || text.trim() === "" || field.places.every(({ at }) => isMessages(at) && !/^\s*[[{]/.test(text))) return "";
  try {
    JSON.parse(text);
    return "";
  } catch {
    return `“${field.name}” has to be JSON, and this is not yet.`;
  }
}

// A picture is given as {type, data}, with the data in base64; everything else as text.
function asJson(value, kind, at) {
  const name = at.findLast((step) => typeof step === "string");
  if (kind === "image") return ["url", "image_url"].includes(name) ? `data:${value.type};base64,${value.data}` : value.data;
  if (kind === "json" && isMessages(at) && !/^\s*[[{]/.test(value)) return [{ role: "user", content: value }];
  if (kind === "json" || (kind === "text" && !TEXTS.has(name) && /^\s*(-?\d+(\.\d+)?|true|false)\s*$/.test(value))) return JSON.parse(value);
  return value;
}

const isMessages = (at) => at?.at(-1) === "messages";
const isAt = (place, at) => JSON.stringify(place.at) === JSON.stringify(at);

function valueAt(body, at) {
  const span = spanAt(body, at);
  return span ? JSON.parse(body.slice(...span)) : undefined;
}

function replaced(body, at, value) {
  const span = spanAt(body, at);
  return span ? body.slice(0, span[0]) + JSON.stringify(value) + body.slice(span[1]) : body;
}
