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

/**
 * Where each of them lies on the plane that keeps most of what tells them apart (their first two principal components).
 * @returns {{points: [number, number][], share: number} | null} `share` is how much of the differences the plane shows; null when there is nothing to tell apart
 */
export function projectionOf(vectors) {
  const [{ length: size }] = vectors;
  if (vectors.length < 3 || vectors.some((vector) => vector.length !== size || !vector.every(Number.isFinite))) return null;
  const mean = vectors[0].map((_, at) => vectors.reduce((sum, vector) => sum + vector[at], 0) / vectors.length);
  const centred = vectors.map((vector) => vector.map((x, at) => x - mean[at]));
  // The inner products are few where the dimensions are many; their eigenvectors are the places.
  const products = centred.map((one) => centred.map((other) => one.reduce((sum, x, at) => sum + x * other[at], 0)));
  const total = products.reduce((sum, row, at) => sum + row[at], 0);
  if (!(total > 1e-12) || !Number.isFinite(total)) return null;
  const axes = [0, 1].map(() => deflate(products));
  const points = vectors.map((_, at) => axes.map(({ value, vector }) => vector[at] * Math.sqrt(value)));
  return { points, share: Math.min(1, axes.reduce((sum, { value }) => sum + value, 0) / total) };
}

// The largest eigenvalue of a symmetric matrix with its vector, by repeated multiplication; it is taken out of the matrix.
function deflate(matrix) {
  let vector = matrix.map((_, at) => 1 + ((at * 7919) % 13) / 13);
  let value = 0;
  for (let turn = 0; turn < 200; turn += 1) {
    const next = matrix.map((row) => row.reduce((sum, x, at) => sum + x * vector[at], 0));
    value = normOf(next);
    if (!(value > 1e-15)) return { value: 0, vector: matrix.map(() => 0) };
    vector = next.map((x) => x / value);
  }
  for (const [at, row] of matrix.entries()) for (const other of row.keys()) row[other] -= value * vector[at] * vector[other];
  return { value, vector };
}

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
