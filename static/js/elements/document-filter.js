// <document-filter>: a table of documents that narrows as one types. The table is the whole list without it.

class DocumentFilter extends HTMLElement {
  connectedCallback() {
    const field = this.querySelector(".filter");
    const input = field.querySelector("input");
    const status = field.querySelector("[role=status]");
    const rows = [...this.querySelectorAll("tbody tr")].map((row) => [row, row.cells[0].textContent.toLowerCase()]);
    input.addEventListener("input", () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const [row, text] of rows) {
        row.hidden = !words.every((word) => text.includes(word));
        shown += !row.hidden;
      }
      status.textContent = words.length ? `${shown} of ${rows.length}` : "";
    });
  }
}

customElements.define("document-filter", DocumentFilter);
