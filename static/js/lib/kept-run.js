// The last run of a panel, kept in this tab, so that a reload finds it where it is.

/** @typedef {{ref: string, run?: string, text?: string, note: string, request: object}} Kept  `text` starts it, `run` is what the server calls it */

export class KeptRun {
  #key;
  #storage;

  constructor(key, storage = globalThis.sessionStorage) {
    [this.#key, this.#storage] = [key, storage];
  }

  /** @returns {Kept | null} */
  read() {
    const kept = JSON.parse(this.#storage.getItem(this.#key) ?? "null");
    return kept?.request ? kept : null;
  }

  // A body too large to be kept runs all the same; only a reload will not find it.
  keep(kept) {
    try {
      this.#storage.setItem(this.#key, JSON.stringify(kept));
    } catch {
      this.forget();
    }
  }

  forget() {
    this.#storage.removeItem(this.#key);
  }
}
