// Results to try a tool with, made up from its name and the arguments it was called with.

const KINDS = [
  [/weather|temperature|forecast/i, "Sunny, 22 °C", (given) => ({ ...given, temperature: 22, unit: "°C", conditions: "sunny" })],
  [/time|date|clock/i, "The time now", (given, now) => ({ ...given, time: now.toISOString() })],
  [/search|find|lookup|fetch|browse/i, "Two results", (given) => ({ ...given, results: [{ title: "First result", text: "A short text." }, { title: "Second result", text: "Another." }] })],
  [/price|stock|rate|cost/i, "A price", (given) => ({ ...given, price: 128.5, currency: "EUR" })],
];
const SUMS = [[/add|sum|plus/i, (one, other) => one + other], [/multiply|product|times/i, (one, other) => one * other], [/subtract|minus/i, (one, other) => one - other]];

/** @returns {{label: string, text: string}[]} the likeliest first */
export function cannedFor(name, argumentsText, now = new Date()) {
  const given = objectOf(argumentsText);
  const numbers = Object.values(given).map(Number).filter(Number.isFinite);
  const sum = numbers.length > 1 && SUMS.find(([pattern]) => pattern.test(name));
  const made = KINDS.filter(([pattern]) => pattern.test(name)).map(([, label, make]) => ({ label, text: JSON.stringify(make(given, now)) }));
  return [
    ...(sum ? [{ label: "The number it asks for", text: String(numbers.reduce(sum[1])) }] : []),
    ...made,
    { label: "Done", text: JSON.stringify({ ok: true, ...given }) },
    { label: "Nothing found", text: JSON.stringify({ results: [] }) },
    { label: "An error", text: JSON.stringify({ error: `${name || "The tool"} is not available at the moment.` }) },
  ];
}

function objectOf(text) {
  try {
    const value = JSON.parse(text);
    return value !== null && typeof value === "object" && !Array.isArray(value) ? value : {};
  } catch {
    return {};
  }
}
