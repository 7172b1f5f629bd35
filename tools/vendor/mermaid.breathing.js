// Mermaid draws in one go, which takes a telephone half a second in which it answers nobody. So it is made to stop for breath between its steps.

const { performance, scheduler, setTimeout } = globalThis;

// Milliseconds of work after which the page has its turn.
const AT_ONCE = 8;

let began = 0;
let turn = Promise.resolve();

// To be awaited between two steps, by one after the other: what each does until it waits again comes before the next looks at the time.
export function breathe() {
  turn = turn.then(async () => {
    if (performance.now() - began < AT_ONCE) return;
    await (scheduler?.yield?.() ?? new Promise((resolve) => setTimeout(resolve)));
    began = performance.now();
  });
  return turn;
}
