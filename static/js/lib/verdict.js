// What there is to say of JSON that was asked for: whether it is whole, and whether it is as the request's schema asks.

import { findFault } from "./json.js";
import { partialOf } from "./partial.js";
import { faultsOf, uncheckedIn } from "./schema.js";

/**
 * @typedef {{kind: "open" | "good" | "bad", parts: (string | import("./schema.js").Fault[])[]}} Verdict
 * `parts` are sentences and lists of what is wrong, in the order in which they are read.
 */

/** @param {boolean} live whether more may come @returns {Verdict} */
export function verdictOf(text, schema, live) {
  const fault = findFault(text);
  if (live) return soFar(text, schema, fault);
  if (fault) return { kind: "bad", parts: brokenParts(text, schema, fault) };
  if (!schema) return { kind: "good", parts: ["JSON, whole. The request names no schema to check it against."] };
  const faults = faultsOf(JSON.parse(text), schema);
  const unchecked = uncheckedIn(schema);
  const notes = unchecked.length ? [`Not checked: ${unchecked.join(", ")}.`] : [];
  if (!faults.length) return { kind: "good", parts: ["It is as the request's schema asks.", ...notes] };
  return { kind: "bad", parts: ["It is not as the request's schema asks:", faults, ...notes] };
}

function soFar(text, schema, fault) {
  const partial = schema && partialOf(text);
  const early = partial ? faultsOf(partial.value, schema, partial.open) : [];
  if (early.length) return { kind: "bad", parts: ["Already not as the request's schema asks:", early] };
  return { kind: "open", parts: [fault ? `Not complete yet${partial ? "; so far as the request's schema asks" : ""}` : "Complete so far"] };
}

// A word, an escape or a number of which the end is missing.
const BEGUN = /^(?:t|tr|tru|f|fa|fal|fals|n|nu|nul|-|\\(?:u[0-9a-fA-F]{0,3})?)$/;

// How far it went, and what is to be said of that much.
function brokenParts(text, schema, { line, column, message }) {
  const at = text.split("\n").slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, column - 1);
  const isCut = at >= text.trimEnd().length || BEGUN.test(text.slice(at));
  const partial = partialOf(text.slice(0, at));
  const where = partial?.path ? `, in ${partial.path}` : "";
  const broken = isCut ? `It ends before it is whole: at line ${line}, column ${column}${where}.` : `It is no JSON: at line ${line}, column ${column}${where}, ${message}.`;
  return partial && schema ? [broken, ...partParts(partial, schema)] : [broken];
}

function partParts({ value, open }, schema) {
  const faults = faultsOf(value, schema, open);
  if (faults.length) return ["What came is not as the request's schema asks:", faults];
  const missing = faultsOf(value, schema);
  return missing.length ? ["What came is as the request's schema asks, as far as it goes:", missing] : ["What came is as the request's schema asks."];
}
