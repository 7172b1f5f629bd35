// The line of figures and states under a panel, in words.

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

/** Where a run stands, in a few words. */
export function stateText(view) {
  if (!view.connected) return "Connection lost; reconnecting";
  const place = view.state === "queued" && view.position ? `, ${view.position} in line` : "";
  return (STATES[view.state] ?? view.state) + place;
}

/** The figures of a run, each as {name, value, measured}; live ones are taken from `tokens` that arrived so far. */
export function figuresOf(view, tokens) {
  const stats = view.stats ?? liveStats(view, tokens);
  const measured = new Set(stats.measured ?? []);
  const figures = [];
  const add = (key, name, value) => {
    if (value !== null && value !== undefined) figures.push({ name, value: value, measured: measured.has(key) });
  };
  add("ttft_ms", "first token", seconds(stats.ttft_ms));
  add("tokens_per_second", "speed", rate(stats.tokens_per_second));
  add("output_tokens", "tokens", stats.output_tokens ?? null);
  add("duration_ms", "total", seconds(stats.duration_ms));
  return figures;
}

function liveStats(view, tokens) {
  const span = view.lastAt - view.firstAt;
  return {
    ttft_ms: view.firstAt,
    tokens_per_second: tokens > 2 && span > 0 ? ((tokens - 1) / span) * 1000 : null,
    output_tokens: tokens || null,
    measured: ["ttft_ms", "tokens_per_second", "output_tokens"],
  };
}

function seconds(ms) {
  if (ms === null || ms === undefined) return null;
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}

const rate = (value) => (value === null || value === undefined ? null : `${value.toFixed(value < 10 ? 1 : 0)} tokens/s`);
