// The tools a model calls, read from the records of all four wire forms and joined where arguments come in parts.

/**
 * What one record says of a call. `key` names the call that later records add to, null when this is all of it.
 * @typedef {{key: string | null, id?: string, name?: string, text?: string, value?: unknown, replaces?: boolean}} CallPart
 */

/** @returns {CallPart[]} */
export function callPartsOf(record) {
  const choice = listOf(record.choices)[0];
  return [
    ...listOf(record.message?.tool_calls).map(wholeCall),
    ...listOf(record.tool_calls).map(wholeCall),
    ...listOf(choice?.message?.tool_calls).map(wholeCall),
    ...listOf(choice?.delta?.tool_calls).map(streamedCall),
    ...listOf(record.output).filter((item) => item?.type === "function_call").map(wholeItem),
    ...(record.type === "message" ? listOf(record.content).filter(isToolUse).map(wholeBlock) : []),
    ...eventParts(record),
  ];
}

const listOf = (value) => (Array.isArray(value) ? value : []);
const isToolUse = (block) => block?.type === "tool_use";
const given = (value) => (typeof value === "string" ? { text: value } : value === undefined ? {} : { value });

const wholeCall = (call) => ({ key: null, id: call?.id, name: call?.function?.name, ...given(call?.function?.arguments) });
const streamedCall = (call) => ({ ...wholeCall(call), key: `index ${call?.index ?? 0}` });
const wholeItem = (item) => ({ key: null, id: item.call_id, name: item.name, ...given(item.arguments) });
const wholeBlock = (block) => ({ key: null, id: block.id, name: block.name, ...given(block.input) });

// Events of /v1/responses and /v1/messages.
function eventParts(record) {
  switch (record.type) {
    case "response.output_item.added":
      return record.item?.type === "function_call" ? [{ ...wholeItem(record.item), key: `item ${record.item.id}` }] : [];
    case "response.function_call_arguments.delta":
      return [{ key: `item ${record.item_id}`, text: record.delta }];
    case "response.function_call_arguments.done":
      return [{ key: `item ${record.item_id}`, text: record.arguments, replaces: true }];
    case "content_block_start":
      // The input that a block starts with is an empty object; its parts follow.
      return isToolUse(record.content_block)
        ? [{ key: `block ${record.index}`, id: record.content_block.id, name: record.content_block.name }]
        : [];
    case "content_block_delta":
      return record.delta?.type === "input_json_delta" ? [{ key: `block ${record.index}`, text: record.delta.partial_json }] : [];
    default:
      return [];
  }
}

/** The calls of one answer, in order. */
export class Calls {
  /** @type {{id: string, name: string, text: string, value: unknown}[]} */
  list = [];
  #open = new Map();

  /** @param {CallPart} part */
  take(part) {
    const call = this.#callOf(part);
    if (typeof part.name === "string") call.name = part.name;
    if (typeof part.text === "string") call.text = part.replaces ? part.text : call.text + part.text;
    if (part.value !== undefined) call.value = part.value;
  }

  #callOf({ key, id }) {
    const open = key === null ? undefined : this.#open.get(key);
    // Some servers give every call the index 0; then the id tells where the next begins.
    if (open && !(typeof id === "string" && id && open.id && open.id !== id)) return open;
    const call = { id: typeof id === "string" ? id : "", name: "", text: "", value: undefined };
    this.list.push(call);
    if (key !== null) this.#open.set(key, call);
    return call;
  }
}

/** The arguments of a call as JSON text: as they were streamed, or written from the value they came as. */
export const argumentsOf = (call) => (call.value === undefined ? call.text : JSON.stringify(call.value));
