// Remembers, when a page of documents is left, which it was and how far it was read.

import { readList, write } from "../lib/kept.js";
import { noted } from "../lib/reading-list.js";

const text = document.querySelector("main > article.prose");

function note() {
  const title = (text.querySelector("h1") ?? document.querySelector("main h1"))?.textContent.trim();
  if (location.pathname === "/" || !title) return;
  const box = text.getBoundingClientRect();
  const share = Math.min(1, Math.max(0, (innerHeight - box.top) / box.height));
  const passed = [...text.querySelectorAll("h2[id], h3[id]")].filter((heading) => heading.getBoundingClientRect().top < innerHeight / 3).at(-1);
  write("reading", JSON.stringify(noted(readList("reading"), { url: location.pathname, title, anchor: passed?.id ?? "", share })));
}

addEventListener("pagehide", note);
document.addEventListener("visibilitychange", () => document.hidden && note());
