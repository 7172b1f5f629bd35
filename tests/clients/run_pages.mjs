// Runs blocks of JavaScript for real, one after another, and sends all they fetch to the recorder.
// Each block is a module of its own, named on the command line; what one throws ends that one alone.
const recorder = process.env.RECORDER;
const realFetch = globalThis.fetch;

globalThis.fetch = (input, init = {}) => {
  const url = new URL(typeof input === "string" || input instanceof URL ? input : input.url);
  const headers = new Headers(init.headers ?? input.headers);
  headers.set("X-Meant-For", url.host);
  return realFetch(recorder + url.pathname + url.search, { ...init, headers });
};

console.log = console.error = console.warn = () => {};
for (const file of process.argv.slice(2)) {
  await realFetch(`${recorder}/next-page`);
  try {
    await import(file);
    await new Promise((resolve) => setTimeout(resolve, 60));
  } catch (error) {
    process.stderr.write(`${file}: ${error.stack}\n`);
  }
}
process.exit(0);
