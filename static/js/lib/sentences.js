// What to say aloud of a text that grows: whole sentences, and not more often than they can be heard.

export const PAUSE = 2_000; // ms between two announcements
const LONGEST = 600;
// Who is told more than this at once is minutes behind.
const MOST = 2_000;
const TOO_MUCH = "The answer comes faster than it can be read out; the Text view has all of it.";
const END = /[.!?。！？…](?:["'”’)\]]*)(?=\s)|\n/g;

export class Sentences {
  #open = "";
  #ready = "";
  #last = -Infinity;
  #isSilent = false;
  #isOver = false;

  push(text) {
    if (this.#isOver || this.#isSilent || this.#ready.length > 2 * MOST) return;
    this.#open += text;
    let end = 0;
    for (const match of this.#open.matchAll(END)) end = match.index + match[0].length;
    while (this.#open.length - end > LONGEST) {
      const blank = this.#open.lastIndexOf(" ", end + LONGEST) + 1;
      end = blank > end ? blank : end + LONGEST;
    }
    this.#ready += this.#open.slice(0, end);
    this.#open = this.#open.slice(end);
  }

  /** What to announce at `now` (ms): the sentences that were completed since; empty when there is none, or it is too early. */
  take(now) {
    if (!this.#ready.trim() || now - this.#last < PAUSE) return "";
    return this.#say(now);
  }

  /** What has not been announced of a text that is over still waits for its turn; `last` is said after it in any case. */
  end(last = "") {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#ready += `${this.#open} ${last}`;
    this.#open = "";
  }

  get isEmpty() {
    return !this.#ready.trim();
  }

  #say(now) {
    this.#last = now;
    const said = spoken(this.#ready);
    this.#ready = "";
    if (said.length <= MOST) return said;
    this.#isSilent = true;
    this.#open = "";
    return `${said.slice(0, said.lastIndexOf(" ", MOST) + 1 || MOST)}… ${TOO_MUCH}`;
  }
}

// Markdown's signs are not to be read out.
const spoken = (text) => text.replace(/[*_`#>|]+/g, "").replace(/\s+/g, " ").trim();
