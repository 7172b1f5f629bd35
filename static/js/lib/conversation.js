// A chat as the turns of its request, and the request that goes on from one of them: with a reply, or with the results of tools.

import { KEPT_IN } from "./asked.js";
import { argumentsOf } from "./calls.js";
import { findFault, itemsOf, spanOf } from "./json.js";

/**
 * @typedef {{at: number, role: string, text: string, calls: {name: string, text: string}[], pictures: number}} Turn
 * `at` is its place among the items of the request.
 */

/** @returns {Turn[]} empty when the request is no chat */
export function turnsOf(request) {
  return sourcesOf(request).map((source, at) => turnOf(JSON.parse(source), at)).filter(({ text, calls, pictures }) => text || calls.length || pictures);
}

/** What was said to the model, apart from what it said itself. */
export const readerTurns = (request) => turnsOf(request).filter(({ role }) => role !== "assistant").map(({ role, text }) => `${role}: ${text}`).join("\n");

// The items as they stand in the request: taking them apart would round their large numbers.
function sourcesOf({ path, body }) {
  const name = KEPT_IN[path];
  const span = name && !findFault(body) && spanOf(body, name);
  if (!span) return [];
  if (body[span[0]] === '"') return [JSON.stringify({ role: "user", content: JSON.parse(body.slice(...span)) })];
  return (itemsOf(body, span[0]) ?? []).map(([from, to]) => body.slice(from, to));
}

const listOf = (value) => (Array.isArray(value) ? value : []);
const textOf = (value) => (typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value));

function turnOf(item, at) {
  const parts = Array.isArray(item?.content) ? item.content : [];
  const results = parts.filter((part) => part?.type === "tool_result").map((part) => textOf(part.content));
  const isResult = results.length > 0 || item?.role === "tool" || item?.type === "function_call_output";
  const said = parts.length ? parts.map((part) => (typeof part?.text === "string" ? part.text : "")).join("") : textOf(item?.content ?? item?.output);
  const pictures = listOf(item?.images).length + parts.filter((part) => /image/.test(part?.type ?? "")).length;
  const role = isResult ? "tool" : item?.type === "function_call" ? "assistant" : textOf(item?.role) || "user";
  return { at, role, text: results.join("\n") || said, calls: callsIn(item, parts), pictures };
}

function callsIn(item, parts) {
  const named = (name, value) => ({ name: textOf(name), text: textOf(value) });
  return [
    ...listOf(item?.tool_calls).map((call) => named(call?.function?.name, call?.function?.arguments)),
    ...(item?.type === "function_call" ? [named(item.name, item.arguments)] : []),
    ...parts.filter((part) => part?.type === "tool_use").map((part) => named(part.name, part.input)),
  ];
}

/** The body that asks again with this much of the chat and what is new in it. @returns {string | null} */
function bodyWith({ path, body }, items) {
  const span = spanOf(body, KEPT_IN[path]);
  return span && `${body.slice(0, span[0])}[\n    ${items.join(",\n    ")}\n  ]${body.slice(span[1])}`;
}

/** The body that goes on after the answer with what the reader says. @param {import("./answering.js").Answering} run */
export function replyBody(run, text) {
  return bodyWith(run.request, [...sourcesOf(run.request), ...answerItems(run), userItem(text)]);
}

/** The body that goes on after the turn that stands at `at`, or instead of it, as if nothing had followed. */
export function branchBody(request, at, text, { instead = false } = {}) {
  return bodyWith(request, [...sourcesOf(request).slice(0, instead ? at : at + 1), userItem(text)]);
}

/** The body that goes on with the results of the tools that were called, in the order of the calls. @param {string[]} results */
export function resultsBody(run, results) {
  const { list } = run.reader.calls;
  return bodyWith(run.request, [...sourcesOf(run.request), ...answerItems(run), ...resultItems(run.request.path, list, results)]);
}

const userItem = (text) => JSON.stringify({ role: "user", content: text });
const argumentsJson = (call) => (argumentsOf(call) && !findFault(argumentsOf(call)) ? argumentsOf(call) : "{}");
const idOf = (call, at) => call.id || `call_${at + 1}`;

// What the model said and called, as its wire form has it in a request.
function answerItems(run) {
  const { request, text, parts, reader: { calls: { list } } } = run;
  switch (request.path) {
    case "/v1/responses":
      return [
        ...(text ? [JSON.stringify({ role: "assistant", content: text })] : []),
        ...list.map((call, at) => JSON.stringify({ type: "function_call", call_id: idOf(call, at), name: call.name, arguments: argumentsJson(call) })),
      ];
    case "/v1/messages": {
      const said = text ? [JSON.stringify({ type: "text", text })] : [];
      const used = list.map((call, at) => `{"type":"tool_use","id":${JSON.stringify(idOf(call, at))},"name":${JSON.stringify(call.name)},"input":${argumentsJson(call)}}`);
      return [`{"role":"assistant","content":[${[...said, ...used].join(",")}]}`];
    }
    case "/v1/chat/completions": {
      const calls = list.map((call, at) => ({ id: idOf(call, at), type: "function", function: { name: call.name, arguments: argumentsJson(call) } }));
      return [JSON.stringify({ role: "assistant", content: text, ...(calls.length ? { tool_calls: calls } : {}) })];
    }
    default: {
      const thought = list.length ? parts.thinking.join("") : "";
      const calls = list.map((call) => `{"function":{"name":${JSON.stringify(call.name)},"arguments":${argumentsJson(call)}}}`);
      const start = JSON.stringify({ role: "assistant", content: text, ...(thought ? { thinking: thought } : {}) });
      return [calls.length ? `${start.slice(0, -1)},"tool_calls":[${calls.join(",")}]}` : start];
    }
  }
}

function resultItems(path, calls, results) {
  switch (path) {
    case "/v1/responses":
      return calls.map((call, at) => JSON.stringify({ type: "function_call_output", call_id: idOf(call, at), output: results[at] }));
    case "/v1/messages":
      return [JSON.stringify({ role: "user", content: calls.map((call, at) => ({ type: "tool_result", tool_use_id: idOf(call, at), content: results[at] })) })];
    case "/v1/chat/completions":
      return calls.map((call, at) => JSON.stringify({ role: "tool", tool_call_id: idOf(call, at), content: results[at] }));
    default:
      return calls.map((call, at) => JSON.stringify({ role: "tool", tool_name: call.name, content: results[at] }));
  }
}
