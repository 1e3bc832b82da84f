/**
 * Elements that are typed into: text, numbers, addresses, days and hours.
 */

import { perform } from "./dialog.js";
import { h, uniqueId } from "./dom.js";
import { plainOf } from "./mrkdwn.js";

const KINDS = {
  plain_text_input: { type: "text", initial: "initial_value" },
  rich_text_input: { type: "text", initial: "initial_value", multiline: true },
  email_text_input: { type: "email", initial: "initial_value" },
  url_text_input: { type: "url", initial: "initial_value" },
  number_input: { type: "number", initial: "initial_value" },
  datepicker: { type: "date", initial: "initial_date", chosen: true },
  timepicker: { type: "time", initial: "initial_time", chosen: true },
  datetimepicker: { type: "datetime-local", initial: "initial_date_time", chosen: true },
};

/** The field, or undefined when the element is not one of these. */
export function entry(each, block, context) {
  const kind = Object.hasOwn(KINDS, each.type ?? "") ? KINDS[each.type] : undefined;
  if (!kind) return undefined;
  const long = each.multiline || kind.multiline;
  const kept = context.form?.kept(block, each)?.value;
  const field = h(long ? "textarea" : "input", {
    id: uniqueId("field"),
    class: "field-input",
    type: long ? undefined : kind.type,
    rows: long ? 4 : undefined,
    placeholder: plainOf(each.placeholder),
    maxlength: each.max_length,
    minlength: each.min_length,
    min: each.min_value,
    max: each.max_value,
    step: each.is_decimal_allowed ? "any" : undefined,
    autocomplete: "off",
    "data-action": each.action_id,
    "aria-label": context.label ? undefined : plainOf(each.placeholder) || each.action_id,
    "aria-labelledby": context.label,
    "aria-describedby": context.describedBy,
    "aria-invalid": context.invalid ? "true" : undefined,
    autofocus: each.focus_on_load,
  });
  field.value = kept ?? initial(each, kind);
  field.dataset.focus = field.id;

  const value = () => read(field, each);
  const keep = () => context.form?.set(block, each, value());
  field.addEventListener("input", keep);
  const tell = () => perform(field, each, block, context, value());
  if (kind.chosen)
    field.addEventListener(
      "change",
      () => (!context.form || block.type !== "input" || block.dispatch_action) && tell(),
    );
  else if (!context.form || block.dispatch_action)
    field.addEventListener("keydown", (event) => enter(event, long) && (event.preventDefault(), tell()));
  keep();
  return field;
}

function enter(event, long) {
  return event.key === "Enter" && !event.shiftKey && !long && !event.isComposing;
}

function initial(each, kind) {
  const given = each[kind.initial];
  if (given === undefined || given === null) return "";
  if (kind.type === "datetime-local") {
    const date = new Date(Number(given) * 1000);
    return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
  }
  return typeof given === "object" ? "" : String(given);
}

/** Slack sends a moment as seconds, everything else as it is written; an empty field is no value. */
function read(field, each) {
  if (field.value === "") return undefined;
  return each.type === "datetimepicker" ? Math.round(new Date(field.value).getTime() / 1000) : field.value;
}
