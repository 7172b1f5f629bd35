// Who is compared with whom.

export const MOST = 4;

/** @typedef {{upstream: string, model: string}} Seat */

/** The models that can serve `path`, a group for each upstream that is up, loaded ones first. @param {object[]} upstreams as /upstreams/ tells */
export function choicesFor(path, upstreams) {
  const needed = path.includes("/embed") ? "embedding" : path.includes("/images/") ? "image" : path === "/api/show" || path.startsWith("/v1/models/") ? null : "completion";
  const isAble = ({ capabilities }) => !needed || !capabilities?.length || capabilities.includes(needed);
  return upstreams.map(({ name, state, models = [] }) => ({
    upstream: name, state, models: models.filter(isAble).toSorted((one, other) => Number(other.loaded ?? false) - Number(one.loaded ?? false)),
  }));
}

const fullName = (name) => (name.includes(":") ? name : `${name}:latest`);
const key = ({ upstream, model }) => `${upstream}\n${model}`;

/** The seats to begin with: the model the example asks for where it is here, then the next. @returns {Seat[]} two, or fewer when nothing can run */
export function firstSeats({ upstream, model }, choices) {
  const seats = choices.flatMap((choice) => choice.models.map(({ name }) => ({ upstream: choice.upstream, model: name })));
  const isAsked = (seat) => seat.upstream === upstream && fullName(seat.model) === fullName(model);
  const ordered = [...seats.filter(isAsked), ...seats.filter((seat) => !isAsked(seat))];
  // One model alone is compared with itself: how much its answers vary is worth seeing too.
  return ordered.length === 1 ? [ordered[0], ordered[0]] : ordered.slice(0, 2);
}

/** A seat that is not taken yet, else the first again. @returns {Seat} */
export function nextSeat(seats, choices) {
  const all = choices.flatMap((choice) => choice.models.map(({ name }) => ({ upstream: choice.upstream, model: name })));
  const taken = new Set(seats.map(key));
  return all.find((seat) => !taken.has(key(seat))) ?? seats[0];
}
