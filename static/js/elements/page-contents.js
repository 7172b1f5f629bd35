// <page-contents>: marks in a page's list of headings the one that is being read.

class PageContents extends HTMLElement {
  #links = [];
  #passed = new Set();

  connectedCallback() {
    this.#links = [...this.querySelectorAll("a")];
    this.#fold();
    const headings = this.#links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))));
    // A heading is passed once it is above the upper third of the window; the last one passed is being read.
    this.watcher = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) this.#passed[isIntersecting ? "add" : "delete"](headings.indexOf(target));
      this.#mark(Math.max(-1, ...this.#passed));
    }, { rootMargin: "1000000px 0px -66% 0px" });
    for (const heading of headings) if (heading) this.watcher.observe(heading);
  }

  disconnectedCallback() {
    this.watcher.disconnect();
    this.wide.onchange = null;
  }

  // Open beside the text, where the style sheet shows it in any case; above the text it unfolds, until a heading is chosen.
  // What the reader unfolded before this script came stays so.
  #fold() {
    const fold = this.querySelector("details");
    this.wide = matchMedia("(width >= 80rem)");
    const stand = (open) => {
      fold.open = open;
      fold.firstElementChild.tabIndex = this.wide.matches ? -1 : 0;
    };
    this.wide.onchange = () => stand(this.wide.matches);
    stand(this.wide.matches || fold.open);
    for (const link of this.#links) link.addEventListener("click", () => { fold.open = this.wide.matches; });
  }

  #mark(at) {
    for (const [place, link] of this.#links.entries()) {
      if (place === at) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    const box = this.firstElementChild;
    const link = this.#links[at];
    if (link) box.scrollTop = Math.min(link.offsetTop - 48, Math.max(box.scrollTop, link.offsetTop + link.offsetHeight - box.clientHeight + 48));
  }
}

customElements.define("page-contents", PageContents);
