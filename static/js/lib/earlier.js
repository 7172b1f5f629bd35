// A run there was, read over plain HTTP from its own address or from a link it is shared by.

import { pretty } from "./pretty.js";

const WAIT = 20; // seconds the server holds a question for more, while the run goes on

/** The address of the run that `search` asks the panel `id` to show; null when it asks for none, or another panel. */
export function addressIn(search, hash, id) {
  const asked = new URLSearchParams(search);
  if (hash !== `#${encodeURIComponent(id)}`) return null;
  const [run, shared] = [asked.get("run"), asked.get("shared")];
  if (shared) return `/shared/${encodeURIComponent(shared)}/`;
  return run ? `/runs/${encodeURIComponent(run)}/` : null;
}

/** What was asked and how it ended. Throws the `error` the portal answers with, or one for a portal that does not answer. */
export async function readFacts(address, ask = fetch) {
  let told;
  try {
    told = await (await ask(`${address}?format=json`)).json();
  } catch {
    throw { code: "no_answer", message: "The earlier run could not be read: the portal does not answer.", hint: "Try again." };
  }
  if (told.error && !told.id) throw { hint: "", ...told.error };
  return told;
}

/** Every frame of its log, to the end of the run. */
export async function* readFrames(address, ask = fetch) {
  let after = 0;
  for (;;) {
    const { frames, head, ended, error } = await (await ask(`${address}log?after=${after}&wait=${WAIT}`)).json();
    if (error) throw error;
    yield* frames;
    after = head;
    if (ended) return;
  }
}

/** Its request, as a panel has one. */
export const requestOf = ({ upstream, method, path, body, streams, created }) => ({
  upstream, method, path, body: body ? pretty(body, body.length) : "null", streamed: streams, startedAt: Date.parse(created),
});

/** When it was, in the reader's own time and words; the year only where it is another than that of `now`. */
export function whenText(created, locale, now = Date.now()) {
  const [then, today] = [new Date(created), new Date(now)];
  const year = then.getFullYear() === today.getFullYear() ? {} : { year: "numeric" };
  return new Intl.DateTimeFormat(locale, { ...year, month: "short", day: "numeric", hour: "numeric", minute: "2-digit", second: "2-digit" }).format(then);
}
