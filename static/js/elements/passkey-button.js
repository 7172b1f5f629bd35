// <passkey-button>: makes a passkey, or shows one, where the browser has them. Without scripts there are codes.

import { answer, options } from "../lib/passkeys.js";

class PasskeyButton extends HTMLElement {
  connectedCallback() {
    if (!globalThis.PublicKeyCredential) return;
    this.button = this.querySelector("button");
    this.button.hidden = false;
    this.button.addEventListener("click", () => this.#use());
  }

  async #use() {
    this.button.disabled = true;
    this.#say("");
    try {
      const asked = await this.#post(this.dataset.options, {});
      const publicKey = options(asked);
      const credential = await (asked.user ? navigator.credentials.create({ publicKey }) : navigator.credentials.get({ publicKey }));
      const { to } = await this.#post(this.dataset.to, answer(credential));
      location.assign(to);
    } catch (problem) {
      const isTheirs = problem instanceof DOMException;
      this.#say(isTheirs ? "The browser has no passkey for this, or it was called off. Nothing was changed." : problem.message);
      this.button.disabled = false;
    }
  }

  async #post(address, body) {
    const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
    const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token };
    const response = await fetch(address, { method: "POST", headers, body: JSON.stringify(body) });
    const said = await response.json().catch(() => ({}));
    if (!response.ok) throw new Error(said.error?.message ?? "The portal does not answer just now; try again in a moment.");
    return said;
  }

  #say(message) {
    const line = this.querySelector(".error");
    line.textContent = message;
    line.hidden = !message;
  }
}

customElements.define("passkey-button", PasskeyButton);
