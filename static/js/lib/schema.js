// Checks a value against the part of JSON Schema that requests to models use, and names the path that fails.

import { isObject } from "./shapes.js";

const MOST_FAULTS = 20;
const DEEPEST = 60;
const CHECKED = new Set([
  "type", "properties", "required", "enum", "items", "const", "minimum", "maximum", "minItems", "maxItems", "minLength",
  "maxLength", "pattern", "anyOf", "additionalProperties", "$ref",
]);
const ABOUT = new Set(["title", "description", "default", "examples", "$schema", "$defs", "definitions", "$id", "$comment"]);

/** @typedef {{path: string, message: string}} Fault  `path` is such as `people[0].name`, empty for the whole */

/**
 * @param {Set<object>} [open] the lists and objects of which more may come: nothing is missing in them yet
 * @returns {Fault[]} empty when `value` is as `schema` asks, as far as this checks
 */
export function faultsOf(value, schema, open = new Set()) {
  const check = new Check(schema, open);
  check.at(value, schema, "", 0);
  return check.faults;
}

/** The keywords of a schema that are not checked. @returns {string[]} */
export function uncheckedIn(schema, depth = 0) {
  if (!isObject(schema) || depth > DEEPEST) return [];
  const parts = [schema.items, schema.additionalProperties, ...listOf(schema.anyOf)];
  for (const table of [schema.properties, schema.$defs, schema.definitions]) if (isObject(table)) parts.push(...Object.values(table));
  const own = Object.keys(schema).filter((name) => !CHECKED.has(name) && !ABOUT.has(name));
  return [...new Set([...own, ...parts.flatMap((part) => uncheckedIn(part, depth + 1))])];
}

const listOf = (value) => (Array.isArray(value) ? value : []);
/** The path of a member, as a fault names it. */
export const step = (path, name) => (/^[A-Za-z_$][\w$]*$/.test(name) ? (path ? `${path}.${name}` : name) : `${path}[${JSON.stringify(name)}]`);
const shown = (value) => {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
};
const isPlain = (schema) => isObject(schema) && (Array.isArray(schema.enum) || typeof schema.type === "string");
const askedText = ({ enum: words, type }) => (words ? `one of ${shown(words)}` : type);
const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

function typeOf(value) {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return Number.isInteger(value) ? "integer" : typeof value;
}

const isOfType = (value, type) => typeOf(value) === type || (type === "number" && typeof value === "number");

// Equal as JSON has it: the order of an object's members says nothing.
function equal(one, other) {
  if (one === null || other === null || typeof one !== "object" || typeof other !== "object") return one === other;
  const names = Object.keys(one);
  return Array.isArray(one) === Array.isArray(other) && names.length === Object.keys(other).length
    && names.every((name) => Object.hasOwn(other, name) && equal(one[name], other[name]));
}

class Check {
  faults = [];

  constructor(root, open) {
    this.root = root;
    this.open = open;
  }

  at(value, schema, path, depth) {
    if (schema === false) this.fault(path, "nothing is allowed here");
    if (!isObject(schema) || depth > DEEPEST || this.faults.length >= MOST_FAULTS) return;
    if (typeof schema.$ref === "string") this.at(value, this.referred(schema.$ref), path, depth + 1);
    this.kind(value, schema, path);
    this.choice(value, schema, path, depth);
    if (typeof value === "number") this.number(value, schema, path);
    if (typeof value === "string") this.text(value, schema, path);
    if (Array.isArray(value)) this.list(value, schema, path, depth);
    else if (isObject(value)) this.object(value, schema, path, depth);
  }

  fault(path, message) {
    this.faults.push({ path, message });
  }

  referred(reference) {
    let found = this.root;
    for (const name of reference.replace(/^#\/?/, "").split("/").filter(Boolean)) found = isObject(found) ? found[name.replace(/~1/g, "/").replace(/~0/g, "~")] : undefined;
    return found;
  }

  kind(value, { type, ...schema }, path) {
    const types = typeof type === "string" ? [type] : listOf(type);
    if (types.length && !types.some((one) => isOfType(value, one))) this.fault(path, `${types.join(" or ")} is asked for, ${typeOf(value)} found`);
    if (Array.isArray(schema.enum) && !schema.enum.some((one) => equal(one, value))) {
      this.fault(path, `one of ${shown(schema.enum)} is asked for, ${shown(value)} found`);
    }
    if ("const" in schema && !equal(schema.const, value)) this.fault(path, `${shown(schema.const)} is asked for, ${shown(value)} found`);
  }

  choice(value, { anyOf }, path, depth) {
    if (!Array.isArray(anyOf) || !anyOf.length) return;
    const tried = anyOf.map((schema) => {
      const check = new Check(this.root, this.open);
      check.at(value, schema, path, depth + 1);
      return check.faults;
    });
    if (tried.some((faults) => !faults.length)) return;
    // The alternative that failed deepest is the one that was meant.
    const nearest = tried.reduce((one, other) => (other[0].path.length > one[0].path.length ? other : one));
    if (nearest[0].path.length > path.length) this.faults.push(...nearest);
    else this.fault(path, anyOf.every(isPlain) ? `${anyOf.map(askedText).join(" or ")} is asked for, ${shown(value)} found` : "none of the alternatives fits");
  }

  number(value, { minimum, maximum }, path) {
    if (typeof minimum === "number" && value < minimum) this.fault(path, `at least ${minimum} is asked for, ${value} found`);
    if (typeof maximum === "number" && value > maximum) this.fault(path, `at most ${maximum} is asked for, ${value} found`);
  }

  text(value, { pattern, minLength, maxLength }, path) {
    const length = [...value].length;
    if (length < minLength) this.fault(path, `at least ${count(minLength, "character")} is asked for, ${length} found`);
    if (length > maxLength) this.fault(path, `at most ${count(maxLength, "character")} is asked for, ${length} found`);
    if (typeof pattern === "string" && patternOf(pattern)?.test(value) === false) this.fault(path, `a text that fits ${pattern} is asked for, ${shown(value)} found`);
  }

  list(value, { items, minItems, maxItems }, path, depth) {
    if (value.length < minItems && !this.open.has(value)) this.fault(path, `at least ${count(minItems, "item")} is asked for, ${value.length} found`);
    if (value.length > maxItems) this.fault(path, `at most ${count(maxItems, "item")} is asked for, ${value.length} found`);
    if (items !== undefined && !Array.isArray(items)) value.forEach((item, at) => this.at(item, items, `${path}[${at}]`, depth + 1));
  }

  object(value, { properties, required, additionalProperties }, path, depth) {
    const known = isObject(properties) ? properties : {};
    for (const name of this.open.has(value) ? [] : listOf(required)) if (!Object.hasOwn(value, name)) this.fault(step(path, String(name)), "is missing");
    for (const [name, member] of Object.entries(value)) {
      if (Object.hasOwn(known, name)) this.at(member, known[name], step(path, name), depth + 1);
      else if (additionalProperties === false) this.fault(step(path, name), "is not in the schema");
      else this.at(member, additionalProperties, step(path, name), depth + 1);
    }
  }
}

function patternOf(pattern) {
  try {
    return new RegExp(pattern, "u");
  } catch {
    return null;
  }
}
