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

const MOST_KEPT = 400; // characters of what could not be read
const CUT_SHORT = new Set(["length", "max_tokens", "max_output_tokens"]);

/**
 * What could not be read: a record that is not JSON.
 * @typedef {{number: number, text: string, isLast: boolean}} Unread
 * `number` counts the records of a stream from 1 and is 0 for a body that came whole; `isLast` when no line end came behind it.
 */

/** What is found besides text: how many records brought some, the tools called, the steps of a pull, why it ended. */
class Reader {
  /** @type {Unread | null} the first of them */
  unread = null;
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
  #payloadOf;
  #open = []; // data of an event that is no record yet: it may go on over lines
  #number = 0;
  document = null;

  /** @param {(line: string) => string | null} payloadOf the part of a line that should be JSON; null where none should */
  constructor(payloadOf) {
    super();
    this.#payloadOf = payloadOf;
  }

  push(text) {
    return this.#read(this.#lines.push(text));
  }

  end() {
    const before = this.unread;
    const pieces = this.#read([...this.#lines.end(), ""]);
    if (this.unread && !before) this.unread.isLast = true;
    return pieces;
  }

  #read(lines) {
    return lines.flatMap((line) => (line.trim() ? this.#line(line) : this.#close()));
  }

  #line(line) {
    const payload = this.#payloadOf(line);
    if (payload === null) return [];
    if (!this.#open.length) this.#number += 1;
    const record = parsed(payload);
    if (isObject(record)) return this.take(record);
    if (record === undefined) this.#open.push(payload);
    return this.#payloadOf === ndjson ? this.#close() : [];
  }

  #close() {
    if (!this.#open.length) return [];
    const text = this.#open.join("\n");
    this.#open = [];
    const record = parsed(text);
    if (record === undefined) this.unread ??= { number: this.#number, text: text.slice(0, MOST_KEPT), isLast: false };
    return isObject(record) ? this.take(record) : [];
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
    if (record === undefined && body.trim()) this.unread = { number: 0, text: body.slice(0, MOST_KEPT), isLast: false };
    if (!isObject(record)) return body ? [{ kind: "note", text: body }] : [];
    this.document = record;
    return this.take(record);
  }
}

const isObject = (value) => value !== null && typeof value === "object";
const listOf = (value) => (Array.isArray(value) ? value : []);

const ndjson = (line) => line;

// A line that is no field of an event is no part of such a stream at all.
const FIELD = /^(?:event|id|retry|):|^(?:event|id|retry)\s*$/;

function sse(line) {
  if (!line.startsWith("data:")) return FIELD.test(line) ? null : line;
  const payload = line.slice(5).trim();
  return payload && payload !== "[DONE]" ? payload : null;
}

/** What a text is as JSON; undefined when it is none. */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
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
