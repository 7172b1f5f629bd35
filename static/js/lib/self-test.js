// The checks of the self-test: each says whether something gets through, and in a sentence what that means.

const PATIENCE = 6_000;
const QUIET = 70_000;

/** @typedef {{fine: boolean, text: string}} Finding */

const fine = (text) => ({ fine: true, text });
const amiss = (text) => ({ fine: false, text });

/** A plain request there and back. @returns {Promise<Finding>} */
export async function tryAnswer() {
  const began = performance.now();
  try {
    const answer = await fetch("/healthz", { cache: "no-store" });
    if (!answer.ok) return amiss(`The answer was ${answer.status} instead of 200, so something else answers for the portal.`);
    return fine(`There and back in ${Math.round(performance.now() - began)} ms.`);
  } catch {
    return amiss("Nothing came back. The portal, or the way to it, is down.");
  }
}

/** Whether pages under this address may open the websocket. */
export async function tryOrigin(origin) {
  const { known } = await (await post("/selftest/echo", "")).json();
  return known
    ? fine(`Pages of ${origin} may open the websocket.`)
    : amiss(`${origin} is not among the origins that may open the websocket. Add it to PORTAL_ORIGINS and restart.`);
}

/** A websocket that opens and answers. */
export function tryWebsocket(url, Socket = globalThis.WebSocket) {
  const began = performance.now();
  return listening(new Socket(url), PATIENCE, (socket, end) => {
    socket.onopen = () => socket.send('{"type":"ping"}');
    socket.onmessage = () => end(fine(`Opened and answered in ${Math.round(performance.now() - began)} ms.`));
    socket.onclose = () => end(amiss("It was refused. The proxy has to pass the Upgrade header on; until then answers come as server-sent events."));
  }, amiss("It stayed silent. Something takes websockets and does not pass them on; answers come as server-sent events."));
}

/** A websocket on which nothing is said for longer than the minute after which proxies hang up. */
export function tryQuiet(url, Socket = globalThis.WebSocket, quiet = QUIET) {
  let asked = false;
  return listening(new Socket(url), quiet + PATIENCE, (socket, end) => {
    socket.onopen = () => setTimeout(() => ((asked = true), socket.send('{"type":"ping"}')), quiet);
    socket.onmessage = () => end(fine(`Still open after ${quiet / 1000} quiet seconds.`));
    socket.onclose = () => end(amiss("It was closed while it was quiet. Raise the proxy's read timeout; until then a run that is slow to start is picked up again."));
  }, () => amiss(asked ? "It no longer answered after a quiet minute." : "It did not open."));
}

/** Events that were sent one by one, and whether they came so. */
export async function tryEvents(words) {
  const answer = await fetch("/selftest/words", { cache: "no-store" });
  if (!answer.ok) return amiss(`The answer was ${answer.status} instead of 200.`);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  const times = [];
  for (let part = await reader.read(); !part.done; part = await reader.read()) times.push(performance.now());
  if (times.length >= words) return fine("They come one by one.");
  return amiss(
    `${words} events came in ${times.length} ${times.length === 1 ? "piece" : "pieces"}: the proxy holds them back. Switch its buffering and ` +
      "compression off for text/event-stream; until then, without a websocket, answers are polled.",
  );
}

/** A request as large as the portal takes. */
export async function tryLarge(bytes) {
  try {
    const answer = await post("/selftest/echo", "x".repeat(bytes));
    if (answer.ok && (await answer.json()).bytes === bytes) return fine(`${bytes.toLocaleString("en")} bytes get through.`);
    return amiss(`A request of ${bytes.toLocaleString("en")} bytes was refused with ${answer.status}. Raise the proxy's limit (client_max_body_size) to 2 MB.`);
  } catch {
    return amiss("A large request was cut off. Raise the proxy's limit (client_max_body_size) to 2 MB.");
  }
}

const post = (address, body) => fetch(address, { method: "POST", body, headers: { "Content-Type": "text/plain" } });

function listening(socket, patience, arrange, late) {
  return new Promise((done) => {
    const end = (finding) => {
      clearTimeout(timer);
      socket.onclose = null;
      socket.close();
      done(finding);
    };
    const timer = setTimeout(() => end(typeof late === "function" ? late() : late), patience);
    arrange(socket, end);
  });
}
