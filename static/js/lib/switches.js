// Which keys their reader has switched off: all of them, or some by their names.

import { read, readList, write } from "./kept.js";

const ALL = "shortcuts";
const SOME = "shortcuts-off";

export const areOn = () => read(ALL) !== "off";

// Whether a shortcut is switched on by itself; all may be off nevertheless.
export const isChosen = (name) => !readList(SOME).includes(name);

export const isOn = (name) => areOn() && isChosen(name);

export const switchAll = (on) => write(ALL, on ? "on" : "off");

export function switchOne(name, on) {
  const others = readList(SOME).filter((one) => one !== name);
  write(SOME, JSON.stringify(on ? others : [...others, name]));
}
