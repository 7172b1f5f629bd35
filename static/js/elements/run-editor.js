// <run-editor>: CodeMirror over a textarea that goes on being what the request is read from. Without CodeMirror the textarea stays.

import { problemsOf } from "../lib/checking.js";
import { cursorOf } from "../lib/cursor.js";
import { offersAt } from "../lib/shape.js";

let loading = null;
const load = () => {
  loading ??= import(new URL("../../vendor/editor.js", import.meta.url).href).then((door) => door.load()).catch((problem) => {
    loading = null;
    throw problem;
  });
  return loading;
};

class RunEditor extends HTMLElement {
  #editor = null;
  #writing = false;

  /**
   * @param {HTMLTextAreaElement} area
   * @param {{shape: () => object | null, models: () => {name: string, detail: string}[], run: () => void}} needs
   */
  async open(area, { shape, models, run }) {
    const { openEditor } = await load();
    const hadFocus = document.activeElement === area;
    const [from, to] = [area.selectionStart, area.selectionEnd];
    this.#editor = openEditor(this, {
      text: area.value,
      label: area.getAttribute("aria-label"),
      check: (text) => problemsOf(text, shape()),
      complete: (text, at) => {
        const cursor = shape() ? cursorOf(text, at) : null;
        return cursor && { from: cursor.from, to: cursor.to, offers: offersAt(cursor, shape(), models()) };
      },
      changed: (text) => {
        this.#writing = true;
        area.value = text;
        area.dispatchEvent(new Event("input", { bubbles: true }));
        this.#writing = false;
      },
      run,
    });
    area.hidden = true;
    this.hidden = false;
    if (hadFocus) {
      this.#editor.select(from, to);
      this.#editor.focus();
    }
    area.addEventListener("input", () => this.#writing || this.show(area.value));
    this.dispatchEvent(new CustomEvent("editor-ready", { bubbles: true }));
  }

  show(text) {
    if (this.#editor) this.#editor.text = text;
  }

  select(from, to) {
    this.#editor?.select(from, to);
    this.#editor?.focus();
  }

  focus() {
    this.#editor?.focus();
  }
}

customElements.define("run-editor", RunEditor);
