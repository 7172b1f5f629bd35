// A request as the fragment of an address, which a browser keeps to itself: packed, and safe to be sent about.

const START = "r=";
// What is unpacked at most: as much as a request can have, with its address.
const LARGEST = 1_200_000;
const PARTS = ["upstream", "method", "path", "body"];

/** @typedef {{upstream: string, method: string, path: string, body: string}} Linked  `body` is "" for none */

/** @param {Linked} request @returns {Promise<string>} without its “#” */
export async function fragmentOf(request) {
  const text = JSON.stringify(PARTS.map((part) => request[part] ?? ""));
  const packed = await bytesOf(new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw")), Infinity);
  let binary = "";
  for (let at = 0; at < packed.length; at += 8192) binary += String.fromCharCode(...packed.subarray(at, at + 8192));
  return START + btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** @param {string} fragment with or without its “#” @returns {Promise<Linked | null>} null when it holds no request. Throws on one that cannot be read. */
export async function requestIn(fragment) {
  const text = fragment.replace(/^#/, "");
  if (!text.startsWith(START)) return null;
  const binary = atob(text.slice(START.length).replaceAll("-", "+").replaceAll("_", "/"));
  const packed = Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
  const plain = await bytesOf(new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw")), LARGEST);
  const parts = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(plain));
  if (!Array.isArray(parts) || parts.length !== PARTS.length || parts.some((part) => typeof part !== "string")) throw new Error("no request");
  return Object.fromEntries(PARTS.map((part, at) => [part, parts[at]]));
}

async function bytesOf(stream, most) {
  const chunks = [];
  let size = 0;
  for (const reader = stream.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > most) {
      await reader.cancel();
      throw new Error("too large");
    }
    chunks.push(value);
  }
  const all = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
