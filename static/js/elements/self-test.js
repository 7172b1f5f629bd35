// <self-test>: makes the checks one after the other, and writes what each found into its row.

import { tryAnswer, tryEvents, tryLarge, tryOrigin, tryQuiet, tryWebsocket } from "../lib/self-test.js";

class SelfTest extends HTMLElement {
  connectedCallback() {
    this.socket = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/runs/`;
    this.again = this.querySelector("button.again");
    this.quiet = this.querySelector("button.quiet");
    this.again.addEventListener("click", () => this.#run());
    this.quiet.addEventListener("click", () => this.#runQuiet());
    this.again.hidden = this.quiet.hidden = false;
    this.#run();
  }

  async #run() {
    this.again.disabled = true;
    const checks = [
      ["answer", tryAnswer],
      ["origin", () => tryOrigin(location.origin)],
      ["websocket", () => tryWebsocket(this.socket)],
      ["events", () => tryEvents(Number(this.dataset.words))],
      ["large", () => tryLarge(Number(this.dataset.largest))],
    ];
    let amiss = 0;
    for (const [name, check] of checks) amiss += (await this.#make(name, check)) ? 0 : 1;
    const all = amiss ? `${amiss} of ${checks.length} checks found something.` : "Everything gets through.";
    this.querySelector(".summary").textContent = all;
    this.again.disabled = false;
  }

  async #runQuiet() {
    this.quiet.disabled = true;
    await this.#make("quiet", () => tryQuiet(this.socket));
    this.quiet.disabled = false;
  }

  async #make(name, check) {
    const row = this.querySelector(`[data-check=${name}]`);
    const cell = row.querySelector("td");
    cell.textContent = "trying …";
    delete row.dataset.found;
    const { fine, text } = await check().catch(() => ({ fine: false, text: "It could not be tried: the connection was cut." }));
    row.dataset.found = fine ? "fine" : "amiss";
    cell.textContent = (fine ? "✓ " : "✗ ") + text;
    return fine;
  }
}

customElements.define("self-test", SelfTest);
