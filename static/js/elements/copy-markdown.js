// <copy-markdown>: a button that puts the page's markdown on the clipboard.

class CopyMarkdown extends HTMLElement {
  connectedCallback() {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Copy as markdown" });
    this.append(button);
    button.addEventListener("click", async () => {
      try {
        const answer = await fetch(this.dataset.from);
        if (!answer.ok) throw new Error(answer.statusText);
        await navigator.clipboard.writeText(await answer.text());
        button.textContent = "Copied";
      } catch {
        button.textContent = "Could not copy; open Markdown instead";
      }
      setTimeout(() => (button.textContent = "Copy as markdown"), 2500);
    });
  }
}

customElements.define("copy-markdown", CopyMarkdown);
