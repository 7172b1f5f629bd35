// Cuts a text that comes in pieces into its lines.

export class Lines {
  #open = [];

  /** The lines that `text` completes, without their ends. */
  push(text) {
    const end = text.lastIndexOf("\n");
    if (end < 0) {
      if (text) this.#open.push(text);
      return [];
    }
    const lines = (this.#open.join("") + text.slice(0, end)).split("\n");
    this.#open = end + 1 < text.length ? [text.slice(end + 1)] : [];
    return lines;
  }

  /** What stood after the last line end, as a list of one line or none. */
  end() {
    const rest = this.#open.join("");
    this.#open = [];
    return rest ? [rest] : [];
  }
}
