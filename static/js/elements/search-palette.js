// <search-palette>: search from anywhere, by keyboard. Loaded when it is first opened; the link it stands for works without it.

import { readList, write } from "../lib/kept.js";
import { maker } from "../lib/make.js";
import { Asking, countOf, keepSelected, moveTo, notesOf, optionsOf, remember } from "../lib/search-view.js";

const RECENT = "search-recent";
// While pages are still being indexed the same question has more answers each second.
const AGAIN = 1000;
const EMPTY = { query: "", pages: [], total: 0 };

class SearchPalette extends HTMLElement {
  #options = [];
  #at = 0;
  #moved = false;
  #shown = null; // the words whose answer is shown
  #painted = "";
  #enterWhenHere = false;
  #kept = new Map();
  #asking = new Asking((text, signal) => this.#fetch(text, signal), (text, answer) => this.#take(text, answer));

  connectedCallback() {
    this.dialog = element("dialog", { "aria-label": "Search" });
    this.input = element("input", {
      type: "text", name: "q", role: "combobox", "aria-label": "Search the documents", "aria-autocomplete": "list",
      "aria-expanded": "false", "aria-controls": "search-options", placeholder: "Words or names, such as num_ctx",
      autocomplete: "off", autocapitalize: "none", autocorrect: "off", spellcheck: "false", enterkeyhint: "go", maxlength: "400",
    });
    this.notes = element("div", { class: "notes" });
    this.list = element("div", { id: "search-options", role: "listbox", "aria-label": "Results" });
    this.hint = element("p", { class: "hint" });
    this.count = element("p", { class: "count", role: "status" });
    const close = element("button", { type: "button", class: "close", "aria-label": "Esc: close search" }, "Esc");
    const form = element("form", { role: "search", action: this.dataset.action }, this.input, close);
    this.dialog.append(form, this.notes, element("div", { class: "results" }, this.list, this.hint), footer(this.count));
    this.append(this.dialog);
    form.addEventListener("submit", (event) => this.#enter(event));
    close.addEventListener("click", () => this.dialog.close());
    this.input.addEventListener("input", () => this.#ask());
    this.dialog.addEventListener("keydown", (event) => this.#key(event));
    this.dialog.addEventListener("click", (event) => event.target === this.dialog && this.dialog.close());
    this.dialog.addEventListener("close", () => this.#closed());
    this.list.addEventListener("pointermove", (event) => this.#point(event));
    this.list.addEventListener("click", (event) => this.#chosen(event.target.closest("[role=option]")));
  }

  open() {
    if (this.dialog.open) return;
    this.#shown = null;
    this.dialog.showModal();
    this.input.select();
    this.#ask();
  }

  #closed() {
    clearTimeout(this.again);
    this.#asking.forget();
    this.#kept.clear();
    this.#enterWhenHere = false;
  }

  #ask() {
    const text = this.input.value;
    this.#enterWhenHere = false;
    if (!text.trim()) {
      this.#asking.forget();
      this.#take(text, EMPTY);
    } else if (this.#kept.has(text)) {
      this.#asking.forget();
      this.#take(text, this.#kept.get(text));
    } else {
      this.#asking.ask(text);
    }
    this.list.ariaBusy = String(this.#shown !== text);
  }

  async #fetch(text, signal) {
    const answer = await fetch(`${this.dataset.action}?${new URLSearchParams({ q: text, format: "json" })}`, { signal });
    const found = await answer.json();
    if (found.error) throw found.error;
    if (!found.indexing) this.#kept.set(text, found);
    return found;
  }

  #take(text, answer) {
    clearTimeout(this.again);
    if (answer.error) {
      this.notes.replaceChildren(element("p", {}, answer.error.code ? answer.error.message : "The server does not answer. What is shown was found before."));
      return;
    }
    if (answer.indexing && this.dialog.open) this.again = setTimeout(() => this.#ask(), AGAIN);
    const chosen = this.#moved && this.#options[this.#at]?.url;
    const isSame = this.#shown === text;
    this.#shown = text;
    this.list.ariaBusy = String(text !== this.input.value);
    this.#options = optionsOf(answer);
    this.#at = keepSelected(this.#options, chosen, isSame ? this.#at : 0);
    if (!chosen) this.#moved = false;
    this.#paint(answer, isSame);
    if (this.#enterWhenHere && text === this.input.value) this.#open(this.#options[this.#at]);
  }

  // An answer to the words that are shown already, such as while pages are being indexed, leaves the reader where he is.
  #paint(answer, isSame) {
    const recent = answer === EMPTY ? recentOptions() : [];
    if (recent.length) this.#options = recent;
    this.notes.replaceChildren(...notesOf(answer).map((note) => element("p", {}, note)));
    const written = JSON.stringify([answer.pages, recent]);
    if (written === this.#painted && isSame) {
      this.count.textContent = countOf(answer);
      return;
    }
    this.#painted = written;
    const { scrollTop } = this.list.parentElement;
    this.list.replaceChildren(...(recent.length ? [recentGroup(recent)] : groups(answer)));
    this.dialog.toggleAttribute("data-empty", !this.#options.length && !answer.query);
    this.hint.textContent = this.#options.length ? "" : hintFor(answer);
    this.count.textContent = countOf(answer);
    this.input.setAttribute("aria-expanded", String(this.#options.length > 0));
    this.list.parentElement.scrollTop = isSame ? scrollTop : 0;
    this.#select(this.#at, { goThere: !isSame });
  }

  #select(at, { goThere = true } = {}) {
    const options = this.list.querySelectorAll("[role=option]");
    options[this.#at]?.setAttribute("aria-selected", "false");
    this.#at = at;
    const option = options[at];
    if (!option) {
      this.input.removeAttribute("aria-activedescendant");
      return;
    }
    option.setAttribute("aria-selected", "true");
    this.input.setAttribute("aria-activedescendant", option.id);
    if (!goThere) return;
    if (at === 0) this.list.parentElement.scrollTop = 0;
    else option.scrollIntoView({ block: "nearest" });
  }

  #key(event) {
    if (event.isComposing) return;
    if (event.key === "Escape") {
      event.preventDefault();
      this.dialog.close();
      return;
    }
    if (event.shiftKey || event.altKey || event.target !== this.input) return;
    const to = moveTo(event.key, this.#at, this.#options.length);
    if (to !== null) {
      event.preventDefault();
      this.#moved = true;
      this.#select(to);
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      const option = this.#options[this.#at];
      if (option) window.open(option.url, "_blank", "noopener");
    }
  }

  #point(event) {
    const option = event.target.closest("[role=option]");
    const at = [...this.list.querySelectorAll("[role=option]")].indexOf(option);
    if (at < 0 || at === this.#at) return;
    this.#moved = true;
    this.#select(at);
  }

  // Enter means the best of what was typed, also when its answer is still on the way.
  #enter(event) {
    event.preventDefault();
    if (this.#shown !== this.input.value) this.#enterWhenHere = true;
    else this.#open(this.#options[this.#at]);
  }

  #open(option) {
    if (!option) return;
    this.list.querySelectorAll("[role=option]")[this.#options.indexOf(option)].click();
  }

  #chosen(link) {
    if (!link) return;
    const option = this.#options[[...this.list.querySelectorAll("[role=option]")].indexOf(link)];
    if (option.path) write(RECENT, JSON.stringify(remember(readList(RECENT), option)));
    this.dialog.close();
  }
}

const element = maker(document);

const marked = (pieces) => pieces.map(([text, isMarked]) => (isMarked ? element("mark", {}, text) : text));

function groups(answer) {
  let number = 0;
  return answer.pages.map((page, at) => {
    const where = page.where ? [element("span", { class: "where" }, page.where)] : [];
    const title = element("p", { class: "page", id: `search-page-${at}` }, element("span", { class: "title" }, ...marked(page.title)), ...where);
    return element("div", { role: "group", "aria-labelledby": title.id }, title, ...page.hits.map((hit) => option(hit, number++)));
  });
}

function option(hit, number) {
  const steps = hit.path.length ? hit.path : [[["Beginning of the page", false]]];
  const path = element("span", { class: "path" }, ...steps.map((heading) => element("span", { class: "step" }, ...marked(heading))));
  const snippet = hit.snippet.length ? [element("span", { class: "snippet", dir: "auto" }, ...marked(hit.snippet))] : [];
  return element("a", { role: "option", id: `search-option-${number}`, href: hit.url, tabindex: "-1", "aria-selected": "false" }, path, ...snippet);
}

function recentOptions() {
  return readList(RECENT).map(({ url, page, where, path }) => ({
    url, page, where, title: [[page, false]], path: (path ?? []).map((step) => [[step, false]]), snippet: [],
  }));
}

function recentGroup(recent) {
  const title = element("p", { class: "page", id: "search-page-recent" }, "Opened before");
  const shown = recent.map((item) => ({ ...item, path: [item.title, ...item.path] }));
  return element("div", { role: "group", "aria-labelledby": title.id }, title, ...shown.map(option));
}

const hintFor = (answer) => (answer.query.trim()
  ? `${countOf(answer)} Try fewer or other words.`
  : "Beginnings of words will do, and small misspellings. Settings, fields and addresses are found whole and in part.");

function footer(count) {
  const keys = [["↑", "↓", "choose"], ["↵", "open"], ["Esc", "close"]];
  const hints = keys.map((words) => element("span", {}, ...words.slice(0, -1).map((key) => element("kbd", {}, key)), ` ${words.at(-1)}`));
  return element("footer", {}, count, element("span", { class: "keys", "aria-hidden": "true" }, ...hints));
}

customElements.define("search-palette", SearchPalette);

let palette = null;

// Opens the palette that stands for `link`, whose data-style names its stylesheet.
export async function open(link) {
  if (!palette) {
    palette = element("search-palette", { "data-action": link.getAttribute("href") });
    await style(link.dataset.style);
    document.body.append(palette);
  }
  palette.open();
}

function style(href) {
  return new Promise((resolve) => {
    const sheet = element("link", { rel: "stylesheet", href });
    sheet.addEventListener("load", resolve);
    sheet.addEventListener("error", resolve);
    document.head.append(sheet);
  });
}
