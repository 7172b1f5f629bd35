// What a body holds that is better seen than read: vectors, models, one model, pictures.

import { bytesText } from "./units.js";

export const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const listOf = (value) => (Array.isArray(value) ? value : []);
const textOf = (value) => (typeof value === "string" ? value : typeof value === "number" ? String(value) : "");

/** The vectors of an embedding in any of its forms. @returns {number[][]} empty when the body holds none */
export function vectorsOf(body) {
  const found = [...listOf(body.embeddings), body.embedding, ...listOf(body.data).map((item) => item?.embedding)];
  return found.map(vectorOf).filter((vector) => vector !== null);
}

function vectorOf(value) {
  if (typeof value === "string") return floatsOf(value);
  return Array.isArray(value) && value.length && value.every((number) => typeof number === "number") ? value : null;
}

// `encoding_format: base64` is 32-bit floats, the lowest byte first.
function floatsOf(text) {
  if (!text || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return null;
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  if (bytes.length % 4) return null;
  const view = new DataView(bytes.buffer);
  return Array.from({ length: bytes.length / 4 }, (_, at) => view.getFloat32(at * 4, true));
}

/** A list of models as a table; null when the body is none. @returns {{columns: string[], rows: string[][]} | null} */
export function modelTableOf(body, now = Date.now()) {
  if (Array.isArray(body.data) && body.object === "list") return tableOf(body.data, OPENAI_COLUMNS, now);
  if (!Array.isArray(body.models)) return null;
  const isLoaded = body.models.some((model) => isObject(model) && "expires_at" in model);
  return tableOf(body.models, isLoaded ? LOADED_COLUMNS : STORED_COLUMNS, now);
}

const size = ({ size: bytes }) => (typeof bytes === "number" ? bytesText(bytes) : "");
const day = (text) => textOf(text).slice(0, 10);
const STORED_COLUMNS = {
  model: ({ name }) => textOf(name),
  size,
  parameters: ({ details }) => textOf(details?.parameter_size),
  quantisation: ({ details }) => textOf(details?.quantization_level),
  family: ({ details }) => textOf(details?.family),
  "can do": ({ capabilities }) => listOf(capabilities).map(textOf).join(", "),
  modified: ({ modified_at: at }) => day(at),
};
const LOADED_COLUMNS = {
  model: STORED_COLUMNS.model,
  size,
  "on the GPU": ({ size: all, size_vram: part }) => (all > 0 && part >= 0 ? `${Math.round((100 * part) / all)} %` : ""),
  context: ({ context_length: length }) => textOf(length),
  parameters: STORED_COLUMNS.parameters,
  stays: ({ expires_at: until }, now) => stayText(Date.parse(until) - now),
};
const OPENAI_COLUMNS = {
  model: ({ id }) => textOf(id),
  owner: ({ owned_by: owner }) => textOf(owner),
  created: ({ created }) => (created > 0 && created < 1e11 ? new Date(created * 1000).toISOString().slice(0, 10) : ""),
};

// A model that is kept for good has a date centuries away.
function stayText(ms) {
  if (!Number.isFinite(ms)) return "";
  if (ms > 3e11) return "for good";
  if (ms <= 0) return "leaving";
  return ms < 90_000 ? `${Math.ceil(ms / 1000)} s` : ms < 5_400_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}

function tableOf(entries, columns, now) {
  const rows = entries.filter(isObject).map((entry) => Object.values(columns).map((read) => read(entry, now)));
  const names = Object.keys(columns);
  const kept = names.map((_, at) => at).filter((at) => at === 0 || rows.some((row) => row[at]));
  return { columns: kept.map((at) => names[at]), rows: rows.map((row) => kept.map((at) => row[at])) };
}

/** A model as `/api/show` describes it; null when the body is none. @returns {{facts: string[][], texts: string[][]} | null} */
export function modelOf(body) {
  if (!isObject(body.model_info) && !isObject(body.details)) return null;
  const facts = [
    ...Object.entries(body.details ?? {}),
    ["capabilities", body.capabilities],
    ["modified", momentText(body.modified_at)],
    ...Object.entries(isObject(body.model_info) ? body.model_info : {}),
    ...Object.entries(isObject(body.projector_info) ? body.projector_info : {}),
  ];
  const texts = ["parameters", "template", "system", "modelfile", "license"].filter((name) => textOf(body[name]));
  return {
    facts: facts.map(([name, value]) => [name, factText(value)]).filter(([, value]) => value),
    texts: texts.map((name) => [name, body[name]]),
  };
}

// Ollama writes nanoseconds; nobody reads them.
function momentText(text) {
  const at = Date.parse(textOf(text));
  return Number.isFinite(at) ? `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC` : textOf(text);
}

function factText(value) {
  if (Array.isArray(value)) return value.length > 12 ? `${value.length.toLocaleString("en")} items` : value.map(textOf).join(", ");
  if (typeof value === "number") return Number.isInteger(value) && value > 99_999 ? value.toLocaleString("en") : String(value);
  return typeof value === "boolean" ? String(value) : textOf(value);
}

const PICTURES = { iVBORw0KGgo: "png", "/9j/": "jpeg", UklGR: "webp", R0lGOD: "gif" };

/** The pictures of `/v1/images/generations` as data: addresses, null for one that is elsewhere or none. @returns {(string | null)[]} */
export function picturesOf(body) {
  return listOf(body.data).filter((item) => isObject(item) && ("b64_json" in item || "url" in item)).map(pictureOf);
}

function pictureOf({ b64_json: encoded, url }) {
  const text = typeof encoded === "string" ? encoded : /^data:image\/\w+;base64,([^]*)$/.exec(textOf(url))?.[1] ?? "";
  const kind = Object.keys(PICTURES).find((start) => text.startsWith(start));
  return kind && /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? `data:image/${PICTURES[kind]};base64,${text}` : null;
}
