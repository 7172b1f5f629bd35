// The models a reader can choose for a request: those that can do it, with what there is to know of each.

import { bytesText } from "./units.js";

/**
 * @typedef {{name: string, about: string, marks: string[], isDocumented: boolean, isChosen: boolean}} Choice
 * @param {object[]} models as `/models/` lists them, those in memory first
 * @param {{documented: string, chosen: string, needs: string[], find?: string}} asked
 * @returns {{choices: Choice[], unable: number}} `unable` are here and cannot do it
 */
export function choicesOf(models, { documented, chosen, needs, find = "" }) {
  const able = models.filter(({ capabilities = [] }) => needs.every((need) => capabilities.includes(need)));
  const words = find.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = able.map((model) => choiceOf(model, documented, chosen)).filter(({ name, about }) => words.every((word) => `${name} ${about}`.toLowerCase().includes(word)));
  return { choices: shown, unable: models.length - able.length };
}

function choiceOf(model, documented, chosen) {
  const isDocumented = isSame(model.name, documented);
  return {
    name: model.name, about: aboutModel(model), isDocumented, isChosen: isSame(model.name, chosen),
    marks: [...(isDocumented ? ["documented"] : []), ...(model.loaded ? ["in memory"] : [])],
  };
}

/** What there is to know of a model, in one line. */
export function aboutModel({ family, parameter_size: parameters, quantization, size, context, capabilities = [] }) {
  const able = capabilities.filter((one) => one !== "completion");
  return [parameters, quantization, size ? bytesText(size) : "", context ? `${contextText(context)} context` : "", family, able.join(", ")].filter(Boolean).join(" · ");
}

const contextText = (tokens) => (tokens >= 1024 ? `${Math.round(tokens / 1024)}k` : String(tokens));

const DEEDS = {
  completion: "write text", embedding: "embed texts", image: "make pictures", vision: "see pictures", tools: "call tools",
  thinking: "think", insert: "fill gaps",
};

/** What a request takes, as what a model does: “write text and see pictures”. @param {string[]} needs */
export const deedsText = (needs) => needs.map((need) => DEEDS[need] ?? need).join(" and ");

/**
 * The sentence about a documented model that is not there; "" when it is.
 * @param {{documented: string, chosen: string, instead: string | null, needs: string[]}} asked `instead` would answer in its place
 */
export function absenceOf(models, { documented, chosen, instead, needs }) {
  if (!documented || models.some(({ name }) => isSame(name, documented))) return "";
  const absent = `The example names ${documented}, which is not on this server`;
  if (!isSame(chosen, documented)) return `${absent}.`;
  return instead ? `${absent}; ${instead} answers instead.` : `${absent}, and no model here can ${deedsText(needs) || "stand in for it"}.`;
}

const isSame = (one, other) => withTag(one) === withTag(other);
const withTag = (name) => (name.split("/").at(-1).includes(":") ? name : `${name}:latest`).toLowerCase();
