/**
 * The values of a modal while it is open. They survive an update of the modal by the app, as in Slack.
 */

import { plainOf } from "./mrkdwn.js";

const key = (block, element) => `${block.block_id}\n${element.action_id}`;

export class Form {
  constructor() {
    this.entries = new Map();
  }

  /** `items` are the chosen options of a menu, for drawing it again. */
  set(block, element, value, items) {
    this.entries.set(key(block, element), { block: block.block_id, action: element.action_id, value, items });
  }

  kept(block, element) {
    return this.entries.get(key(block, element));
  }

  /** Forget what no longer stands in the view. */
  limit(view) {
    const alive = new Set();
    for (const block of view.blocks ?? []) {
      for (const each of [block.element, block.accessory, ...(block.elements ?? [])])
        if (each?.action_id) alive.add(key(block, each));
    }
    for (const name of this.entries.keys()) if (!alive.has(name)) this.entries.delete(name);
  }

  /** {block_id: {action_id: value}}, without empty ones. */
  values() {
    const values = {};
    for (const { block, action, value } of this.entries.values()) {
      if (value !== undefined) (values[block] ??= {})[action] = value;
    }
    return values;
  }

  /** What Slack itself complains about before it asks the app: {block_id: sentence}. */
  problems(view) {
    const problems = {};
    for (const block of view.blocks ?? []) {
      if (block.type !== "input") continue;
      const value = this.entries.get(key(block, block.element))?.value;
      const problem = complaint(block, value);
      if (problem) problems[block.block_id] = problem;
    }
    return problems;
  }
}

function complaint(block, value) {
  const empty = value === undefined || value === "" || (Array.isArray(value) && !value.length);
  if (empty) return block.optional ? undefined : "Please complete this required field.";
  const { type, min_length: least, max_length: most, min_value: low, max_value: high } = block.element;
  if (type === "number_input") {
    const number = Number(value);
    if (Number.isNaN(number)) return "Please enter a number.";
    if (low !== undefined && number < Number(low)) return `Please enter a number of at least ${low}.`;
    if (high !== undefined && number > Number(high)) return `Please enter a number of at most ${high}.`;
  }
  if (type === "email_text_input" && !/^\S+@\S+\.\S+$/.test(value)) return "Please enter a valid email address.";
  if (type === "url_text_input" && !/^https?:\/\/\S+$/.test(value)) return "Please enter a valid URL.";
  if (least && String(value).length < least) return `${plainOf(block.label)} must have at least ${least} characters.`;
  if (most && String(value).length > most) return `${plainOf(block.label)} must have at most ${most} characters.`;
  return undefined;
}
