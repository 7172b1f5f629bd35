// How the figures of several runs are spread: the least, the middle, the 95th of a hundred, the most.

import { rateText, timeText } from "./units.js";

/** What is measured of a run, as {id, name, text, better}; `better` says which way a reader wants it, null neither. */
export const MEASURED = [
  { id: "ttft_ms", name: "first token", text: timeText, better: "less" },
  { id: "tokens_per_second", name: "speed", text: rateText, better: "more" },
  { id: "duration_ms", name: "total", text: timeText, better: "less" },
  { id: "load_ms", name: "loading the model", text: timeText, better: "less" },
  { id: "prompt_tokens", name: "prompt tokens", text: String, better: null },
  { id: "output_tokens", name: "output tokens", text: String, better: null },
];

/** @param {number[]} values @returns {{count: number, min: number, median: number, p95: number, max: number} | null} null of none */
export function spreadOf(values) {
  if (!values.length) return null;
  const sorted = values.toSorted((one, other) => one - other);
  return { count: sorted.length, min: sorted[0], median: quantile(sorted, 0.5), p95: quantile(sorted, 0.95), max: sorted.at(-1) };
}

/** Between two values the one in the middle of them, as spreadsheets have it (Hyndman and Fan's seventh). */
function quantile(sorted, share) {
  const at = (sorted.length - 1) * share;
  const low = Math.floor(at);
  return sorted[low] + (at - low) * ((sorted[low + 1] ?? sorted[low]) - sorted[low]);
}

/** Each figure that was measured with its spread and its values. @param {object[]} stats of runs that ended well */
export function spreadsOf(stats) {
  return MEASURED.map((figure) => {
    const values = stats.map((one) => one[figure.id]).filter((value) => typeof value === "number");
    return { ...figure, values, spread: spreadOf(values) };
  }).filter(({ spread }) => spread);
}

/** Where the dots of a strip stand across, from 0 to `width`; dots that would cover one another are set off from the line, in `rows` steps. */
export function dotsOf(values, { min, max }, width, apart = 6) {
  const scale = max > min ? (value) => ((value - min) / (max - min)) * width : () => width / 2;
  const ends = [];
  return values.toSorted((one, other) => one - other).map((value) => {
    const x = scale(value);
    let row = ends.findIndex((end) => x - end >= apart);
    if (row < 0) row = ends.length;
    ends[row] = x;
    return { x, row };
  });
}

/** The runs side by side: for each figure a cell a run, `best` where it is the only one a reader would choose. @param {(object | null)[]} stats */
export function besideOneAnother(stats) {
  return MEASURED.map(({ id, name, text, better }) => {
    const values = stats.map((one) => (typeof one?.[id] === "number" ? one[id] : null));
    const known = values.filter((value) => value !== null);
    const best = better === "less" ? Math.min(...known) : Math.max(...known);
    const stands = better && known.length > 1 && known.filter((value) => value === best).length === 1;
    return { name, cells: values.map((value) => ({ text: value === null ? "" : text(value), best: stands && value === best })) };
  }).filter(({ cells }) => cells.some(({ text }) => text));
}
