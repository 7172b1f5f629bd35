// Numbers in the units people read.

const SIZES = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];

/** A number of bytes, in powers of a thousand as `ollama list` has it. */
export function bytesText(bytes) {
  let at = 0;
  let value = bytes;
  while (value >= 999.5 && at < SIZES.length - 1) {
    value /= 1000;
    at += 1;
  }
  return `${at === 0 || value >= 100 ? Math.round(value).toLocaleString("en") : value.toFixed(1)} ${SIZES[at]}`;
}

/** Milliseconds as a time of so many ms or s. */
export function timeText(ms) {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}

/** Tokens a second. */
export const rateText = (value) => `${value.toFixed(value < 10 ? 1 : 0)} tokens/s`;
