// Reading an answer as it arrives: the upstream's bytes in, pieces of text out. Knows Ollama's wire forms.

import { Calls, callPartsOf } from "./calls.js";
import { Lines } from "./lines.js";
import { Progress } from "./progress.js";

/**
 * @typedef {{kind: "text" | "thinking" | "note", text: string}} Piece
 * "text" is the answer, "thinking" what the model thought on the way, "note" a body that is no JSON.
 */

/** A reader for the answer of `path`; `streamed` says whether it comes record by record or as one body. */
export function readerFor(path, streamed) {
  if (!streamed) return new WholeReader();
  return new RecordReader(path.startsWith("/api/") ? ndjson : sse);
}

const CUT_SHORT = new Set(["length", "max_tokens", "max_output_tokens"]);

/** What is found besides text: how many records brought some, the tools called, the steps of a pull, why it ended. */
class Reader {
  records = 0;
  calls = new Calls();
  progress = new Progress();
  finish = null;
  promptMs = null; // how long Ollama took to read the prompt, as it says

  /** Whether the model stopped at a limit of tokens. */
  get isCutShort() {
    return CUT_SHORT.has(this.finish);
  }

  /** @returns {Piece[]} */
  take(record) {
    const pieces = piecesOf(record);
    const parts = callPartsOf(record);
    for (const part of parts) this.calls.take(part);
    if (typeof record.status === "string" && record.output === undefined) this.progress.take(record);
    this.finish = finishOf(record) ?? this.finish;
    if (record.prompt_eval_duration > 0) this.promptMs = record.prompt_eval_duration / 1e6;
    if (pieces.length + parts.length) this.records += 1;
    return pieces;
  }
}

/** Reads a stream record by record. */
class RecordReader extends Reader {
  #lines = new Lines();
  #record;
  document = null;

  constructor(record) {
    super();
    this.#record = record;
  }

  push(text) {
    return this.#read(this.#lines.push(text));
  }

  end() {
    return this.#read(this.#lines.end());
  }

  #read(lines) {
    const pieces = [];
    for (const line of lines) {
      const record = this.#record(line);
      if (isObject(record)) pieces.push(...this.take(record));
    }
    return pieces;
  }
}

/** Reads a body that comes whole; `document` is what it held, null until its end and when it is no JSON. */
class WholeReader extends Reader {
  #parts = [];
  document = null;

  push(text) {
    this.#parts.push(text);
    return [];
  }

  end() {
    const body = this.#parts.join("");
    this.#parts = [];
    const record = parsed(body);
    if (!isObject(record)) return body ? [{ kind: "note", text: body }] : [];
    this.document = record;
    return this.take(record);
  }
}

const isObject = (value) => value !== null && typeof value === "object";
const listOf = (value) => (Array.isArray(value) ? value : []);

const ndjson = (line) => (line.trim() ? parsed(line) : null);

function sse(line) {
  if (!line.startsWith("data:")) return null;
  const payload = line.slice(5).trim();
  return payload === "[DONE]" ? null : parsed(payload);
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What one record brings, in any of the wire forms; a record that brings nothing to read gives an empty list. */
function piecesOf(record) {
  const pieces = [];
  const add = (kind, text) => {
    if (typeof text === "string" && text) pieces.push({ kind, text });
  };
  const choice = listOf(record.choices)[0] ?? {};
  for (const message of [record.message, choice.delta, choice.message]) {
    add("thinking", message?.thinking ?? message?.reasoning);
    add("text", message?.content);
  }
  add("thinking", record.thinking);
  add("text", record.response);
  add("text", choice.text);
  if (record.type === "response.reasoning_summary_text.delta") add("thinking", record.delta);
  if (record.type === "response.output_text.delta") add("text", record.delta);
  if (record.type === "content_block_delta") {
    add("thinking", record.delta?.thinking);
    add("text", record.delta?.text);
  }
  for (const item of listOf(record.output)) {
    for (const part of listOf(item?.summary)) add("thinking", part?.text);
    for (const part of listOf(item?.content)) add("text", part?.text);
  }
  for (const part of record.type === "message" ? listOf(record.content) : []) {
    add("thinking", part?.thinking);
    add("text", part?.text);
  }
  return pieces;
}

/** Why the model stopped, in the word of its wire form; null while it has not said. */
function finishOf(record) {
  const reason =
    record.done_reason ?? listOf(record.choices)[0]?.finish_reason ?? record.stop_reason ?? record.delta?.stop_reason ??
    (record.response ?? record).incomplete_details?.reason;
  return typeof reason === "string" && reason ? reason : null;
}
