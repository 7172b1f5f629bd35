// <book-place>: where the reader is in the book. Around a chapter it remembers; on the page of contents it leads back.

import { furthest, isFinished, readOn } from "../lib/place.js";

class BookPlace extends HTMLElement {
  #waiting = false;

  connectedCallback() {
    if (this.dataset.chapter) this.#remember();
    else this.#leadBack();
  }

  get #key() {
    return `book:${this.dataset.book}`;
  }

  get #saved() {
    try {
      return JSON.parse(localStorage.getItem(this.#key)) ?? {};
    } catch {
      return {};
    }
  }

  #remember() {
    const note = () => {
      this.#waiting = false;
      const box = this.getBoundingClientRect();
      const share = Math.min(1, Math.max(0, (innerHeight - box.top) / box.height));
      const headings = [...this.querySelectorAll("h2[id], h3[id]")];
      const passed = headings.filter((heading) => heading.getBoundingClientRect().top < innerHeight / 3).at(-1);
      const { chapter, of, title } = this.dataset;
      const place = { url: location.pathname, anchor: passed?.id ?? "", chapter: Number(chapter), of: Number(of), title, share };
      localStorage.setItem(this.#key, JSON.stringify(furthest(this.#saved, place)));
    };
    const later = () => {
      if (this.#waiting) return;
      this.#waiting = true;
      setTimeout(note, 400);
    };
    addEventListener("scroll", later, { passive: true });
    note();
  }

  #leadBack() {
    const saved = this.#saved;
    const chapters = [...document.querySelectorAll(".contents-list a")];
    for (const link of chapters) {
      if (isFinished(saved, link.pathname)) {
        link.parentElement.dataset.read = "";
        link.ariaDescription = "read";
      }
    }
    const url = readOn(saved, chapters.map(({ pathname }) => pathname));
    if (!url) return;
    const isOpen = url === saved.url;
    const link = document.createElement("a");
    link.className = "door";
    link.href = url + (isOpen && saved.anchor ? `#${encodeURIComponent(saved.anchor)}` : "");
    link.textContent = `Continue reading: ${isOpen ? saved.title : chapters.find(({ pathname }) => pathname === url).textContent.trim()}`;
    this.replaceChildren(link);
    this.hidden = false;
  }
}

customElements.define("book-place", BookPlace);
