// What a reader changed in an example, kept in this tab: it is there after a reload, and gone with the tab.

import { modelIn } from "./asking.js";
import { findFault } from "./json.js";

/** @typedef {{upstream: string, method: string, path: string, streams: string, body: string}} Written  `body` is "" for none */

const PARTS = ["upstream", "method", "path", "streams", "body"];

export class Edit {
  /** @param {string} key @param {Written} documented the request as the page has it @param {Storage} storage */
  constructor(key, documented, storage = globalThis.sessionStorage) {
    this.key = key;
    this.storage = storage;
    const isJson = !documented.body || !findFault(documented.body);
    this.documented = { ...documented, model: isJson ? modelIn(documented) : "" };
  }

  differs(written) {
    return PARTS.some((part) => written[part] !== this.documented[part]);
  }

  /** What was changed, part by part; nothing when the page's request has become another one since. @returns {Partial<Written>} */
  read() {
    try {
      const { of, ...changed } = JSON.parse(this.storage.getItem(this.key)) ?? {};
      return of === this.documented.body ? changed : {};
    } catch {
      return {};
    }
  }

  keep(written) {
    try {
      if (!this.differs(written)) return this.storage.removeItem(this.key);
      this.storage.setItem(this.key, JSON.stringify({ of: this.documented.body, ...written }));
    } catch {
      // Too large to be kept, or nothing may be: then it holds until the page is left.
    }
  }
}
