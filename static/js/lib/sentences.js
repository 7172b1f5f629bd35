// What to say aloud of a text that grows: whole sentences, and not more often than they can be heard.

export const PAUSE = 2_000; // ms between two announcements
const LONGEST = 600;
const END = /[.!?。！？…](?:["'”’)\]]*)(?=\s)|\n/g;

export class Sentences {
  #open = "";
  #ready = "";
  #last = -Infinity;

  push(text) {
    this.#open += text;
    let end = 0;
    for (const match of this.#open.matchAll(END)) end = match.index + match[0].length;
    if (!end && this.#open.length > LONGEST) end = this.#open.lastIndexOf(" ", LONGEST) + 1 || LONGEST;
    this.#ready += this.#open.slice(0, end);
    this.#open = this.#open.slice(end);
  }

  /** What to announce at `now` (ms): the sentences that were completed since; empty when there is none, or it is too early. */
  take(now) {
    if (!this.#ready.trim() || now - this.#last < PAUSE) return "";
    return this.#say(now);
  }

  /** What has not been announced of a text that is over; it still waits for its turn. */
  end() {
    this.#ready += this.#open;
    this.#open = "";
  }

  get isEmpty() {
    return !this.#ready.trim();
  }

  #say(now) {
    this.#last = now;
    const said = spoken(this.#ready);
    this.#ready = "";
    return said;
  }
}

// Markdown's signs are not to be read out.
const spoken = (text) => text.replace(/[*_`#>|]+/g, "").replace(/\s+/g, " ").trim();
