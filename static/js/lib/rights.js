// What the reader may not run, as the server tells it.

/**
 * @param {{barred: Record<string, string>}} told of each endpoint that is not this reader's, by method and path, why not
 * @returns {string} the sentence for a request, "" when it may be run
 */
export function whyNot({ barred }, { method, path }) {
  const found = Object.keys(barred).find((what) => {
    const [start, rest] = `${method} ${path}`.startsWith(what.split("{")[0]) ? what.split("{") : [];
    return start !== undefined && (rest !== undefined || what === `${method} ${path}`);
  });
  return found === undefined ? "" : barred[found];
}

let asked;

/** What the server says of the reader's rights, asked for once a page; null where it does not say. @returns {Promise<object | null>} */
export const rights = (ask = fetch) => (asked ??= ask("/runs/may").then((answer) => (answer.ok ? answer.json() : null), () => null));
