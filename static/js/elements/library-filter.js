// <library-filter>: the library narrows as one types or chooses. Without it the form does the same by a page.

const PAUSE = 200;

class LibraryFilter extends HTMLElement {
  #timer = null;
  #asked = 0;

  connectedCallback() {
    this.form = this.querySelector("form");
    this.found = this.querySelector(".found");
    for (const kind of ["input", "change"]) this.form.addEventListener(kind, () => this.#later());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#look();
    });
  }

  #later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), PAUSE);
  }

  async #look() {
    clearTimeout(this.#timer);
    const turn = (this.#asked += 1);
    const chosen = new URLSearchParams([...new FormData(this.form)].filter(([, value]) => value));
    const address = `/library/${chosen.size ? `?${chosen}` : ""}`;
    try {
      const answer = await fetch(address, { headers: { Accept: "text/html" } });
      if (!answer.ok) throw new Error(answer.statusText);
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("library-filter .found");
      if (turn !== this.#asked || !fresh) return;
      this.found.replaceChildren(...fresh.childNodes);
      history.replaceState(null, "", address);
    } catch {
      if (turn === this.#asked) this.form.submit();
    }
  }
}

customElements.define("library-filter", LibraryFilter);
