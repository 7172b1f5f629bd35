// The figures and states under a panel, in words.

import { bytesText, rateText, timeText } from "./units.js";
import { isLive } from "./view.js";

const STATES = {
  idle: "",
  sending: "Sending",
  queued: "Queued",
  connecting: "Connecting",
  waiting: "Waiting for the first token",
  streaming: "Streaming",
  stopping: "Stopping",
  done: "Done",
  failed: "Failed",
  cancelled: "Stopped",
  interrupted: "Interrupted",
  limit: "Stopped by a limit",
};

const VIA = { events: " over server-sent events", polling: " by polling" };

/** What is waited for first: most answers have no tokens. @param {{completes: boolean}} [asked] */
const firstOf = (asked) => (asked?.completes === false ? "first byte" : "first token");

/** Where a run stands, in a few words. */
export function stateText(view, asked) {
  if (!view.connected) return "Connection lost; reconnecting";
  if (view.state === "waiting" && view.loading) return `Loading ${view.loading}, then the ${asked?.completes === false ? "answer" : "first token"}`;
  if (view.state === "waiting" && asked?.completes === false) return "Waiting for the answer";
  const place = view.state === "queued" && view.position ? `, ${view.position} in line` : "";
  return (STATES[view.state] ?? view.state) + place + (isLive(view) ? (VIA[view.via] ?? "") : "");
}

/** The figures of a run, each as {name, value, measured}; live ones are taken from `tokens` that arrived so far. */
export function figuresOf(view, tokens, asked) {
  const stats = view.stats ?? liveStats(view, tokens);
  const measured = new Set(stats.measured ?? []);
  const figures = [];
  const add = (key, name, value) => {
    if (value !== null && value !== undefined) figures.push({ name, value: value, measured: measured.has(key) });
  };
  // An error that came instead of an answer has no first token either.
  if (!(view.status >= 400)) add("ttft_ms", firstOf(asked), seconds(stats.ttft_ms));
  add("tokens_per_second", "speed", rate(stats.tokens_per_second));
  add("output_tokens", "tokens", stats.output_tokens ?? null);
  add("duration_ms", "total", seconds(stats.duration_ms));
  return figures;
}

/** The figure of a run of which nothing has come for so many milliseconds; none before there is something to tell. */
export function waitOf(ms) {
  const seconds = Math.floor(ms / 1000);
  const value = seconds < 120 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return seconds ? [{ name: "so far", value, measured: true }] : [];
}

// What comes in one burst has no speed; the server measures none of it either.
const SHORTEST_SPAN = 100;

function liveStats(view, tokens) {
  const span = view.lastAt - view.firstAt;
  return {
    ttft_ms: view.firstAt,
    tokens_per_second: tokens > 2 && span >= SHORTEST_SPAN ? ((tokens - 1) / span) * 1000 : null,
    output_tokens: tokens || null,
    measured: ["ttft_ms", "tokens_per_second", "output_tokens"],
  };
}

/** Every figure there is, as {name, value, measured}; `measured` is null for what is no measurement of either side. */
export function allFiguresOf({ view, reader, tape, asked }) {
  const stats = view.stats ?? liveStats(view, reader.records);
  const measured = new Set([...(stats.measured ?? []), "bytes"]);
  const rows = [
    ["status", "status", view.status, null],
    ...Object.entries(view.headers ?? {}).map(([name, value]) => [name, name, value, null]),
    ["model", "model", stats.model ?? asked.model, null],
    ["ttft_ms", `time to ${view.status >= 400 ? "first byte" : firstOf(asked)}`, seconds(stats.ttft_ms)],
    ["tokens_per_second", "speed", rate(stats.tokens_per_second) ?? whyNone(view, stats, asked), stats.tokens_per_second ? undefined : null],
    ["prompt_tokens", "prompt tokens", stats.prompt_tokens],
    ["output_tokens", "output tokens", stats.output_tokens],
    ["load_ms", "loading the model", seconds(stats.load_ms)],
    ["duration_ms", "total", seconds(stats.duration_ms)],
    ["bytes", "bytes", tape.bytes ? bytesText(tape.bytes) : null],
    ["finish", "stopped because", reader.finish, null],
  ];
  return rows
    .filter(([, , value]) => value !== null && value !== undefined && value !== "")
    .map(([key, name, value, by]) => ({ name, value, measured: by === null ? null : measured.has(key) }));
}

// Why tokens that were counted have no speed.
function whyNone({ firstAt, lastAt, stats: ended }, { output_tokens: tokens }, asked) {
  if (!ended || !(tokens > 1) || firstAt === null) return null;
  if (!asked.streamed) return "not measured: the answer came whole";
  return lastAt - firstAt < SHORTEST_SPAN ? `not measured: all of it came within ${timeText(Math.max(lastAt - firstAt, 1))}` : null;
}

const seconds = (ms) => (ms === null || ms === undefined ? null : timeText(ms));
const rate = (value) => (value === null || value === undefined ? null : rateText(value));
