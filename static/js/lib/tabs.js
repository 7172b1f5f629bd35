// Which tab of a group is shown, by what was chosen before. Titles are compared as they stand.

const MOST = 30;

// The place in `titles` of the title chosen last; 0 when none of them was chosen yet.
export function preferred(titles, chosen) {
  const found = chosen.find((title) => titles.includes(title));
  return found === undefined ? 0 : titles.indexOf(found);
}

// `chosen` with `title` as the one chosen last.
export function remembered(chosen, title) {
  return [title, ...chosen.filter((other) => other !== title)].slice(0, MOST);
}
