// The library of saved requests, as panels ask it.

const NO_ANSWER = { code: "no_answer", message: "The library could not be asked: the portal does not answer.", hint: "Try again." };

/** The request that is saved at `address`. Throws the `error` the portal answers with. @returns {Promise<import("./written.js").Written>} */
export async function readSaved(address, ask = fetch) {
  const { upstream, method, path, streams, body, error } = await told(ask(`${address}?format=json`));
  if (error) throw { hint: "", ...error };
  return { upstream, method, path, streams, body };
}

/** Those that belong to examples of a page, by the example's id; none where the library cannot be asked. @returns {Promise<Map<string, object[]>>} */
export async function savedOf(page, ask = fetch) {
  const { saved = [] } = await told(ask(`/library/?${new URLSearchParams({ of: page, format: "json" })}`)).catch(() => ({}));
  return Map.groupBy ? Map.groupBy(saved, ({ example }) => example) : grouped(saved);
}

/**
 * Save a request. @param {{name: string, note: string, isNoSecret: boolean}} told
 * @returns {Promise<{address?: string, error?: {message: string, may_insist?: boolean}}>}
 */
export async function save({ name, note, isNoSecret }, { upstream, method, path, body }, source, ask = fetch) {
  try {
    const { token } = await (await ask("/runs/token")).json();
    const facts = JSON.stringify({ name, note, no_secret: isNoSecret, ...(source && { source }) });
    // The body goes as it is written: a number of many digits stays what it was.
    const address = JSON.stringify({ upstream, method, path });
    const text = `${facts.slice(0, -1)},"request":${address.slice(0, -1)},"body":${body}}}`;
    return await told(ask("/library/", { method: "POST", headers: { "X-CSRFToken": token, "Content-Type": "application/json" }, body: text }));
  } catch (error) {
    return { error: error.message ? error : NO_ANSWER };
  }
}

async function told(answer) {
  try {
    return await (await answer).json();
  } catch {
    throw NO_ANSWER;
  }
}

function grouped(saved) {
  const found = new Map();
  for (const one of saved) found.set(one.example, [...(found.get(one.example) ?? []), one]);
  return found;
}
