// <live-run>: the page of a run that is under way, kept up to date. It waits for the log to grow, and takes its part of the page anew.

const [BETWEEN, AFTER_A_FAILURE, WAIT] = [500, 3000, 20];
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

class LiveRun extends HTMLElement {
  #after = 0;

  connectedCallback() {
    this.#after = Number(this.dataset.head);
    this.#follow();
  }

  async #follow() {
    let ended = false;
    while (!ended && this.isConnected) {
      try {
        ended = await this.#step();
        await pause(BETWEEN);
      } catch {
        await pause(AFTER_A_FAILURE);
      }
    }
  }

  async #step() {
    const log = await asked(`${this.dataset.log}?after=${this.#after}&wait=${WAIT}`, "application/json");
    const { head, ended } = JSON.parse(log);
    if (head === this.#after && !ended) return false;
    const page = await asked(location.href, "text/html");
    const fresh = new DOMParser().parseFromString(page, "text/html").querySelector("live-run, .run-state");
    if (fresh) this.replaceChildren(...fresh.childNodes);
    this.#after = head;
    return ended;
  }
}

async function asked(address, type) {
  const answer = await fetch(address, { headers: { Accept: type } });
  if (!answer.ok) throw new Error(`${address} answered ${answer.status}`);
  return answer.text();
}

customElements.define("live-run", LiveRun);
