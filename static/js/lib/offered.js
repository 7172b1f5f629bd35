// What can be asked of whom, as the server tells: endpoints with the shapes of their bodies, upstreams, and the models there.

let endpoints = null;
const stocks = new Map();

/** @returns {Promise<{upstreams: {name: string, where: string}[], endpoints: object[], shared: object}>} asked for once a page */
export function offered() {
  endpoints ??= fetch("/endpoints/").then((answer) => answer.json()).catch((problem) => {
    endpoints = null;
    throw problem;
  });
  return endpoints;
}

/** The endpoint that (method, path) names, with the whole shape of its body; null for one that is not in the table. */
export function endpointIn(table, method, path) {
  const found = table.endpoints.find((one) => one.method === method && isAt(one.path, path));
  return found ? { ...found, shape: found.body && { ...found.body, $defs: table.shared } } : null;
}

function isAt(pattern, path) {
  const [start, placeholder] = pattern.split("{");
  return placeholder ? path.startsWith(start) && path.length > start.length : path === pattern;
}

/** The models of an upstream, asked for anew. Throws the server's own error. @returns {Promise<object[]>} */
export async function stockOf(upstream) {
  const answer = await fetch(`/models/?${new URLSearchParams({ upstream })}`);
  const found = await answer.json();
  if (found.error) throw found.error;
  stocks.set(upstream, found.models);
  return found.models;
}

/** The models of an upstream as they were last known, none when never asked. */
export const knownStock = (upstream) => stocks.get(upstream) ?? [];
