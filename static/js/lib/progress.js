// How far a pull, push or create has come: its steps, and for each layer the bytes done of those there are.

const LARGEST = Number.MAX_SAFE_INTEGER;

export class Progress {
  /** @type {{status: string, digest: string, total: number, completed: number}[]} in the order they began */
  steps = [];
  #byName = new Map();

  /** @param {{status: string, digest?: string, total?: number, completed?: number}} record */
  take({ status, digest, total, completed }) {
    const name = typeof digest === "string" && digest ? digest : status;
    let step = this.#byName.get(name);
    if (!step) {
      step = { status, digest: typeof digest === "string" ? digest : "", total: 0, completed: 0 };
      this.#byName.set(name, step);
      this.steps.push(step);
    }
    step.status = status;
    step.total = Math.max(step.total, countOf(total));
    step.completed = Math.min(Math.max(step.completed, countOf(completed)), step.total || LARGEST);
  }
}

const countOf = (value) => (Number.isFinite(value) && value > 0 ? Math.min(value, LARGEST) : 0);
