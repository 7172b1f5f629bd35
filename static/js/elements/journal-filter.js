// <journal-filter>: filters the journal as one types. The form it wraps does the same without it, with a click more.

class JournalFilter extends HTMLElement {
  #asked = null;
  #timer = 0;

  connectedCallback() {
    this.form = this.querySelector("form");
    if (!this.form) return;
    this.form.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#ask(), 150);
    });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#ask();
    });
  }

  async #ask() {
    clearTimeout(this.#timer);
    this.#asked?.abort();
    const asked = (this.#asked = new AbortController());
    const fields = [...new FormData(this.form)].filter(([, value]) => value.trim());
    const url = new URL(this.form.action);
    url.search = new URLSearchParams(fields);
    this.dataset.state = "asking";
    try {
      const answer = await fetch(url, { signal: asked.signal });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const found = page.querySelector("journal-filter .found");
      if (!found) throw new Error("no list in the answer");
      this.querySelector(".found").replaceWith(found);
      history.replaceState(null, "", url);
    } catch (problem) {
      // The page as the server makes it says what is wrong better than this can.
      if (problem.name !== "AbortError") location.assign(url);
    } finally {
      if (asked === this.#asked) delete this.dataset.state;
    }
  }
}

customElements.define("journal-filter", JournalFilter);
