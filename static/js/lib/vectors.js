// What can be said of vectors at a glance.

/** The Euclidean length. */
export const normOf = (vector) => vector.reduce((length, x) => Math.hypot(length, x), 0);

/** The cosine of the angle between two; null where one has no length or they have different dimensions. */
export function cosineOf(one, other) {
  const lengths = normOf(one) * normOf(other);
  if (!lengths || !Number.isFinite(lengths) || one.length !== other.length) return null;
  return Math.min(1, Math.max(-1, one.reduce((sum, x, at) => sum + x * other[at], 0) / lengths));
}

/** The cosines between all of them. @returns {(number | null)[][]} */
export const cosinesOf = (vectors) => vectors.map((one) => vectors.map((other) => cosineOf(one, other)));

/** The lowest and highest of its numbers. @returns {[number, number]} */
export const rangeOf = (vector) => [vector.reduce((low, x) => Math.min(low, x), Infinity), vector.reduce((high, x) => Math.max(high, x), -Infinity)];

/** The points of a line through its numbers, for a drawing of this size; means stand for many. Empty when they are not finite. */
export function sparkline(vector, width, height, most = 240) {
  const [low, high] = rangeOf(vector);
  const span = high - low;
  if (!Number.isFinite(span)) return "";
  const count = Math.min(vector.length, most);
  const points = [];
  for (let at = 0; at < count; at += 1) {
    const [from, to] = [Math.floor((at * vector.length) / count), Math.floor(((at + 1) * vector.length) / count)];
    const mean = vector.slice(from, to).reduce((sum, x) => sum + x, 0) / (to - from);
    const x = count > 1 ? (at / (count - 1)) * width : width / 2;
    const y = span ? height - ((mean - low) / span) * height : height / 2;
    points.push(`${x.toFixed(1)},${y.toFixed(1)}`);
  }
  return points.join(" ");
}
