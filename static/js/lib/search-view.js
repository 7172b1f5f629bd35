// What the search palette shows, as values: its options, what a key does, what it says.

// The options of an answer in order, each with where it leads and what to remember of it.
export function optionsOf(answer) {
  return answer.pages.flatMap((page) => page.hits.map((hit) => ({ ...hit, page: plain(page.title), where: page.where })));
}

export const plain = (pieces) => pieces.map(([text]) => text).join("");

const STEPS = { ArrowDown: 1, ArrowUp: -1, PageDown: 5, PageUp: -5 };

// The option a key leads to from `at`, of `count`; null when the key is not about options. Arrows go round.
export function moveTo(key, at, count) {
  if (!count) return null;
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  const step = STEPS[key];
  if (!step) return null;
  if (Math.abs(step) === 1) return (at + step + count) % count;
  return Math.min(Math.max(at + step, 0), count - 1);
}

// Which of the new options to select: the one that was, if the reader had moved to it and it is still there, else the one at `place`.
export function keepSelected(options, url, place = 0) {
  if (!url) return 0;
  const at = options.findIndex((option) => option.url === url);
  return at >= 0 ? at : Math.max(Math.min(place, options.length - 1), 0);
}

// The sentences above the results: what is unusual about them.
export function notesOf(answer) {
  const notes = [];
  const { indexing } = answer;
  if (indexing) notes.push(indexing.of ? `Still indexing (${indexing.done} of ${indexing.of} pages).` : "Indexing has just begun.");
  if (answer.left_out) notes.push("Only the beginning of the query was looked for.");
  if (answer.is_partial) notes.push("No section has all of these words. These have some of them.");
  else if (answer.instead) notes.push(`Nothing has that as it is written. These have “${answer.instead}”.`);
  return notes;
}

export function countOf(answer) {
  if (!answer.total) return answer.query.trim() ? `Nothing was found for “${answer.query}”.` : "";
  return answer.total === 1 ? "1 match" : `${answer.total} matches`;
}

// The list of what was opened before, newest first, with one more.
export function remember(recent, option, most = 6) {
  const { url, page, where } = option;
  const item = { url, page, where, path: option.path.map(plain) };
  return [item, ...recent.filter((other) => other.url !== url)].slice(0, most);
}

// Asks for each text at once, and shows no answer older than one already shown. At most `most` are on their way.
export class Asking {
  #ask;
  #show;
  #asked = 0;
  #shown = 0;
  #underway = [];

  constructor(ask, show, most = 2) {
    this.#ask = ask;
    this.#show = show;
    this.most = most;
  }

  async ask(text) {
    const number = ++this.#asked;
    const control = new AbortController();
    this.#underway.push(control);
    if (this.#underway.length > this.most) this.#underway.shift().abort();
    let answer = null;
    try {
      answer = await this.#ask(text, control.signal);
    } catch (error) {
      if (control.signal.aborted) return;
      answer = { error };
    } finally {
      this.#underway = this.#underway.filter((other) => other !== control);
    }
    if (number <= this.#shown) return;
    this.#shown = number;
    this.#show(text, answer);
  }

  // What is on its way is of no interest any more.
  forget() {
    this.#shown = this.#asked;
    for (const control of this.#underway) control.abort();
    this.#underway = [];
  }
}
