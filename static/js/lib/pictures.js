// The pictures of a request: where each stands in its body, in the form of every endpoint that takes any.

import { nodeAt, removed, treeOf, valueOf, written } from "./json-tree.js";

/** @typedef {{at: (string | number)[], base64: string, type: string, bytes: number}} Picture  `at` leads to what goes when it is removed */

const KINDS = { iVBORw0KGgo: "image/png", "/9j/": "image/jpeg", UklGR: "image/webp", R0lGOD: "image/gif" };

/** How the endpoint at `path` takes pictures, null when it takes none. */
export const formOf = (path) =>
  ({ "/api/chat": "native", "/api/generate": "prompt", "/v1/chat/completions": "image_url", "/v1/responses": "input_image", "/v1/messages": "image" })[path] ?? null;

const bytesOf = (base64) => Math.floor((base64.length * 3) / 4) - (base64.endsWith("==") ? 2 : base64.endsWith("=") ? 1 : 0);

function picture(at, text) {
  const [, named, encoded] = /^data:(image\/[\w.+-]+);base64,([^]*)$/.exec(text) ?? [];
  const base64 = encoded ?? text;
  const type = named ?? KINDS[Object.keys(KINDS).find((start) => base64.startsWith(start))];
  return type && /^[A-Za-z0-9+/]+={0,2}$/.test(base64) ? [{ at, base64, type, bytes: bytesOf(base64) }] : [];
}

/** The pictures in a body; none when it is not JSON. @returns {Picture[]} */
export function picturesIn(path, text) {
  const form = formOf(path);
  const root = form ? treeOf(text) : null;
  if (!root) return [];
  const body = valueOf(text, root);
  const listOf = (value) => (Array.isArray(value) ? value : []);
  const plain = (images, at) => listOf(images).flatMap((one, place) => (typeof one === "string" ? picture([...at, place], one) : []));
  if (form === "prompt") return plain(body?.images, ["images"]);
  const holder = form === "input_image" ? "input" : "messages";
  return listOf(body?.[holder]).flatMap((turn, place) =>
    form === "native"
      ? plain(turn?.images, [holder, place, "images"])
      : listOf(turn?.content).flatMap((part, at) => inPart(part, [holder, place, "content", at])));
}

function inPart(part, at) {
  const url = part?.image_url?.url ?? part?.image_url ?? part?.source?.data;
  return typeof url === "string" ? picture(at, url) : [];
}

/** The body with one more picture, in its last turn of the user's. @param {{type: string, base64: string}} fresh */
export function withPicture(path, text, fresh) {
  const form = formOf(path);
  if (form === "prompt") return written(text, end(text, ["images"]), JSON.stringify(fresh.base64));
  const holder = form === "input_image" ? "input" : "messages";
  const [ready, turn] = withTurn(text, holder, form);
  if (form === "native") return written(ready, end(ready, [holder, turn, "images"]), JSON.stringify(fresh.base64));
  const parts = withParts(ready, [holder, turn, "content"], form);
  return written(parts, end(parts, [holder, turn, "content"]), JSON.stringify(partOf(form, fresh), null, 2));
}

function partOf(form, { type, base64 }) {
  const url = `data:${type};base64,${base64}`;
  if (form === "image_url") return { type: "image_url", image_url: { url } };
  if (form === "input_image") return { type: "input_image", image_url: url };
  return { type: "image", source: { type: "base64", media_type: type, data: base64 } };
}

const end = (text, path) => [...path, nodeAt(treeOf(text), path)?.children.length ?? 0];

function withTurn(text, holder, form) {
  const input = valueOf(text, nodeAt(treeOf(text), [holder]));
  if (typeof input === "string") return [written(text, [holder], JSON.stringify([{ role: "user", content: input }], null, 2)), 0];
  const turns = Array.isArray(input) ? input : [];
  const last = turns.findLastIndex((turn) => turn?.role === "user");
  if (last >= 0) return [text, last];
  const turn = { role: "user", content: form === "native" ? "" : [] };
  return [written(text, [holder, turns.length], JSON.stringify(turn, null, 2)), turns.length];
}

// Words beside a picture are a part of their own.
function withParts(text, path, form) {
  const content = valueOf(text, nodeAt(treeOf(text), path));
  if (Array.isArray(content)) return text;
  const words = typeof content === "string" && content ? [{ type: form === "input_image" ? "input_text" : "text", text: content }] : [];
  return written(text, path, JSON.stringify(words, null, 2));
}

/** The body without the picture at `at`; an empty list of pictures goes too. */
export function withoutPicture(text, at) {
  const without = removed(text, at);
  const list = at.slice(0, -1);
  return list.at(-1) === "images" && nodeAt(treeOf(without), list)?.children.length === 0 ? removed(without, list) : without;
}

/** The body with another picture in the place of one. */
export function withOther(path, text, { at }, fresh) {
  const form = formOf(path);
  const isPlain = form === "native" || form === "prompt";
  return written(text, at, isPlain ? JSON.stringify(fresh.base64) : JSON.stringify(partOf(form, fresh), null, 2));
}
