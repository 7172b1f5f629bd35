// <print-button>: a button that prints the page once every diagram on it is drawn.

class PrintButton extends HTMLElement {
  connectedCallback() {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Print or save as PDF" });
    this.append(button);
    button.addEventListener("click", async () => {
      if (document.querySelector("mermaid-diagram")) await customElements.whenDefined("mermaid-diagram");
      await Promise.all([...document.querySelectorAll("mermaid-diagram:not([data-state])")].map((diagram) => diagram.draw()));
      window.print();
    });
  }
}

customElements.define("print-button", PrintButton);
