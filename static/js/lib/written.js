// The request of a panel as it is written now: its address in the panel's data, its body in the panel's textarea.

import { modelIn, withModel } from "./asking.js";
import { Edit } from "./edit.js";
import { findFault } from "./json.js";

/**
 * @typedef {{upstream: string, method: string, path: string, body: string, fault: object | null, streamed: boolean, isMeantToFail: boolean, startedAt: number}} Sendable
 * `body` is JSON text, "null" for none; `fault` says where it is no JSON. What is meant to fail is the author's own, to show an error.
 */

export class Written {
  #dataset;
  #area;
  #edit;

  /**
   * @param {{dataset: DOMStringMap, area: HTMLTextAreaElement | null}} place where it stands
   * @param {string} key under which what was changed is kept in this tab @param {Storage} [storage]
   */
  constructor({ dataset, area }, key, storage) {
    [this.#dataset, this.#area] = [dataset, area];
    this.#edit = new Edit(key, this.all, storage);
    const { body, ...address } = this.#edit.read();
    Object.assign(dataset, address);
    if (area && body !== undefined) area.value = body;
  }

  /** The request as the page has it. `model` is "" when it names none. */
  get documented() {
    return this.#edit.documented;
  }

  get isEdited() {
    return this.#edit.differs(this.all);
  }

  // Of the endpoints those that are asked with GET take none, and no others.
  get hasBody() {
    return Boolean(this.#area) && this.#dataset.method !== "GET";
  }

  get all() {
    const { upstream, method, path, streams } = this.#dataset;
    return { upstream, method, path, streams, body: this.hasBody ? this.#area.value : "" };
  }

  /** The model it names, "" when none, and null while the body is no JSON, so that nobody knows. */
  get model() {
    return this.hasBody && findFault(this.#area.value) ? null : modelIn(this.all);
  }

  /** @returns {Sendable} */
  get sendable() {
    const { upstream, method, path, streams } = this.#dataset;
    const body = this.hasBody ? this.#area.value : "null";
    const fault = this.hasBody ? findFault(body) : null;
    const isMeantToFail = this.#dataset.expects !== undefined && !this.isEdited;
    return { upstream, method, path, body, fault, streamed: !fault && doesStream(streams, body), isMeantToFail, startedAt: Date.now() };
  }

  /** Changes parts of it. Whoever listens to the textarea is told as of typing. */
  write({ body, ...address }) {
    Object.assign(this.#dataset, address);
    if (!this.#area || body === undefined || this.#area.value === body) return;
    this.#area.value = body;
    this.#area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** What of it another model changes. Its body must be JSON. */
  withModel(model) {
    const { path, body } = withModel(this.sendable, model);
    return { path, body };
  }

  keep() {
    this.#edit.keep(this.all);
  }

  /** From now on the page has this request. @returns {object} it, with what was changed of it before a reload */
  become(request) {
    this.#edit = new Edit(this.#edit.key, { ...this.all, ...request }, this.#edit.storage);
    return { ...request, ...this.#edit.read() };
  }
}

function doesStream(streams, body) {
  const asked = JSON.parse(body)?.stream;
  return streams === "never" ? false : typeof asked === "boolean" ? asked : streams === "yes";
}
