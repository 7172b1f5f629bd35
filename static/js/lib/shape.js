// Finding one's way in the shape of a body, which is JSON Schema as the portal writes it.

/** The schemas that may be meant at `path`, alternatives apart. @param {object} root @param {(string | number)[]} path @returns {object[]} */
export function shapesAt(root, path) {
  let shapes = alternatives(root, root);
  for (const step of path) {
    shapes = shapes.flatMap((shape) => {
      const next = typeof step === "number" ? shape.items : shape.properties?.[step];
      return next ? alternatives(next, root) : [];
    });
  }
  return shapes;
}

/** A schema with what it refers to put in its place. */
export function resolved(shape, root) {
  if (!shape.$ref) return shape;
  const { $ref, ...own } = shape;
  return { ...(root.$defs?.[$ref.split("/").at(-1)] ?? {}), ...own };
}

function alternatives(shape, root) {
  const { anyOf, ...own } = resolved(shape, root);
  return anyOf ? anyOf.map((one) => ({ ...own, ...resolved(one, root) })) : [own];
}

/** What is offered where the cursor is; models in their own `order`. @param {import("./cursor.js").Cursor} cursor @param {object} root @param {{name: string, detail: string}[]} models */
export function offersAt(cursor, root, models) {
  const shapes = shapesAt(root, cursor.path);
  const found = cursor.expects === "name" ? namesOf(shapes, root, cursor) : valuesOf(shapes, models);
  return [...new Map(found.map((offer) => [offer.label, offer])).values()];
}

function namesOf(shapes, root, { taken, hasColon }) {
  return shapes.flatMap(({ properties = {}, required = [] }) =>
    Object.entries(properties).filter(([name]) => !taken.includes(name)).map(([name, shape]) => {
      const { description = "" } = resolved(shape, root);
      const starts = hasColon ? "" : `: ${startOf(shape, root)}`;
      return { label: name, text: JSON.stringify(name) + starts, about: description, kind: "property", first: required.includes(name) };
    }));
}

// What a value begins with; “|” is where the cursor then stands.
function startOf(shape, root) {
  const [one] = shapesAt({ ...shape, $defs: root.$defs }, []);
  const type = Array.isArray(one?.type) ? one.type[0] : one?.type;
  return { object: "{|}", array: "[|]", string: '"|"' }[type] ?? "|";
}

function valuesOf(shapes, models) {
  const quoted = (value) => ({ label: JSON.stringify(value), text: JSON.stringify(value), about: "", kind: "constant" });
  return shapes.flatMap((shape) => [
    ...(shape["x-as"] === "model" ? models.map(({ name, detail }, order) => ({ ...quoted(name), about: detail, kind: "text", order })) : []),
    ...(shape.enum ?? []).map(quoted),
    ...(shape.type === "boolean" ? [true, false].map(quoted) : []),
    ...("default" in shape && !shape.enum && shape.type !== "boolean" ? [{ ...quoted(shape.default), about: "default" }] : []),
  ]);
}
