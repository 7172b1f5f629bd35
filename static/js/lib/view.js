// What a panel shows, as a value: `reduce` takes it from one frame of the run's log to the next.

/** A panel before anything was run. `state` is what CSS and the buttons go by. */
export const IDLE = Object.freeze({
  state: "idle", // idle, sending, queued, connecting, waiting, streaming, stopping, or an outcome
  status: null,
  headers: null,
  position: null,
  loading: null, // the model that is waited for until it is in memory
  marks: Object.freeze([]), // when each state was entered: {state, at}, and `loading` where a model was waited for
  error: null,
  stats: null,
  firstAt: null,
  lastAt: null,
  connected: true,
  via: "websocket", // or "events", "polling": how frames come
});

const LIVE = new Set(["sending", "queued", "connecting", "waiting", "streaming", "stopping"]);

export const isLive = (view) => LIVE.has(view.state);

/** The view after `frame`. The text of `data` frames goes to the reader of the answer, not in here. */
export function reduce(view, frame) {
  switch (frame.type) {
    case "state":
      return marked(view.state === "stopping" ? view : { ...view, state: frame.state, position: frame.position ?? null, loading: frame.loading ?? null }, frame);
    case "head":
      return { ...view, status: frame.status, headers: frame.headers ?? null };
    case "data":
      return { ...view, firstAt: view.firstAt ?? frame.at, lastAt: frame.at };
    case "end":
      return { ...view, state: frame.outcome, error: frame.error, stats: frame.stats };
    default:
      return view;
  }
}

// A place in the queue is told again and again; the state was entered once.
function marked(view, { state, at, loading }) {
  const last = view.marks.at(-1);
  if (last?.state !== state) return { ...view, marks: [...view.marks, { state, at }] };
  return loading ? { ...view, marks: [...view.marks.slice(0, -1), { ...last, loading }] } : view;
}

/** A view that ended before it began: the server refused, or what was written cannot be sent. */
export const refused = (view, { code, message, hint }) => ({
  ...view,
  state: "failed",
  error: { code: code ?? "refused", message, hint: hint ?? "", sent: false },
});
