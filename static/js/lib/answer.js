// Reading an answer as it arrives: the upstream's bytes in, pieces of text out. Knows Ollama's three wire forms.

/**
 * @typedef {{kind: "text" | "thinking" | "note", text: string}} Piece
 * "text" is the answer, "thinking" what the model thought on the way, "note" anything else worth reading.
 */

/** A reader for the answer of `path`; `streamed` says whether it comes record by record or as one body. */
export function readerFor(path, streamed) {
  if (!streamed) return new WholeReader();
  return new RecordReader(path.startsWith("/api/") ? ndjson : sse);
}

/** Splits a stream into records at line ends; `records` counts those that brought something to read. */
class RecordReader {
  #rest = "";
  #record;
  records = 0;

  constructor(record) {
    this.#record = record;
  }

  /** @returns {Piece[]} */
  push(text) {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop();
    return this.#read(lines);
  }

  /** @returns {Piece[]} */
  end() {
    const lines = [this.#rest];
    this.#rest = "";
    return this.#read(lines);
  }

  #read(lines) {
    const pieces = [];
    for (const line of lines) {
      const record = this.#record(line);
      if (record === null || typeof record !== "object") continue;
      const found = piecesOf(record);
      if (found.length) this.records += 1;
      pieces.push(...found);
    }
    return pieces;
  }
}

class WholeReader {
  #body = "";
  records = 0;

  push(text) {
    this.#body += text;
    return [];
  }

  end() {
    const record = parsed(this.#body);
    if (record === null || typeof record !== "object") return this.#body ? [{ kind: "note", text: this.#body }] : [];
    const pieces = piecesOf(record);
    return pieces.length ? pieces : [{ kind: "note", text: JSON.stringify(record, null, 2) }];
  }
}

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
  const choice = Array.isArray(record.choices) ? record.choices[0] ?? {} : {};
  for (const message of [record.message, choice.delta, choice.message]) {
    add("thinking", message?.thinking ?? message?.reasoning);
    add("text", message?.content);
    if (Array.isArray(message?.tool_calls) && message.tool_calls.length) {
      add("note", `${JSON.stringify(message.tool_calls, null, 2)}\n`);
    }
  }
  add("thinking", record.thinking);
  add("text", record.response);
  add("text", choice.text);
  if (record.type === "response.output_text.delta") add("text", record.delta);
  if (record.type === "content_block_delta") add("text", record.delta?.text);
  for (const item of Array.isArray(record.output) ? record.output : []) {
    for (const part of Array.isArray(item?.content) ? item.content : []) add("text", part?.text);
  }
  if (record.type === "message") for (const part of record.content ?? []) add("text", part?.text);
  if (typeof record.status === "string" && record.output === undefined) add("note", `${progressOf(record)}\n`);
  return pieces;
}

function progressOf({ status, completed, total }) {
  return total ? `${status} ${Math.floor((100 * (completed ?? 0)) / total)} %` : status;
}
