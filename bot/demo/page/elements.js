/**
 * Interactive elements, one function per type: `(element, block, context) -> node`.
 *
 * In a modal every element also keeps its value in `context.form`, from where the submission takes it.
 */

import { perform } from "./dialog.js";
import { h, icon } from "./dom.js";
import { entry } from "./fields.js";
import { picture } from "./files.js";
import { isSafe, plainOf, textObject } from "./mrkdwn.js";
import { openMenu } from "./menu.js";

/** The element as a node; one that is not known says so. */
export function element(each, block, context) {
  const draw = Object.hasOwn(ELEMENTS, each?.type ?? "") ? ELEMENTS[each.type] : undefined;
  if (draw) return draw(each, block, context);
  return (
    entry(each ?? {}, block, context) ??
    h("span", { class: "unknown" }, `This page does not draw "${each?.type}" elements.`)
  );
}

const select = (each, block, context) => selectMenu(each, block, context, false);
const multiSelect = (each, block, context) => selectMenu(each, block, context, true);

const ELEMENTS = {
  button,
  workflow_button: button,
  image: (each, _block, context) => picture(each, context, "accessory-image"),
  overflow,
  static_select: select,
  external_select: select,
  users_select: select,
  channels_select: select,
  conversations_select: select,
  multi_static_select: multiSelect,
  multi_external_select: multiSelect,
  multi_users_select: multiSelect,
  multi_channels_select: multiSelect,
  multi_conversations_select: multiSelect,
  radio_buttons: (each, block, context) => choices(each, block, context, "radio"),
  checkboxes: (each, block, context) => choices(each, block, context, "checkbox"),
};

function button(each, block, context) {
  const style = { primary: " primary", danger: " danger" }[each.style] ?? "";
  const label = plainOf(each.text);
  const props = { class: `button${style}`, "aria-label": each.accessibility_label, "data-action": each.action_id };
  if (each.url && isSafe(each.url)) {
    const tell = () => context.act({ button: each.action_id, block_id: block.block_id }, { quietly: true });
    return h("a", { ...props, href: each.url, target: "_blank", rel: "noopener noreferrer", onclick: tell }, label);
  }
  const node = h("button", { ...props, type: "button" }, h("span", { class: "button-label" }, label));
  node.addEventListener("click", () => node.classList.contains("busy") || perform(node, each, block, context));
  return node;
}

function overflow(each, block, context) {
  const node = h(
    "button",
    {
      class: "button overflow",
      type: "button",
      "aria-label": "More actions",
      "aria-haspopup": "listbox",
      "aria-expanded": "false",
      "data-action": each.action_id,
    },
    icon("more"),
  );
  const items = (each.options ?? []).map((option) => ({
    label: plainOf(option.text),
    detail: plainOf(option.description),
    value: option.value,
    url: option.url,
  }));
  const pick = (item) => {
    if (isSafe(item.url)) window.open(item.url, "_blank", "noopener");
    perform(node, each, block, context, item.value);
  };
  node.addEventListener("click", () => openMenu(node, { items, onPick: pick, label: "More actions" }));
  return node;
}

function toItem(option, group) {
  return { label: plainOf(option.text), detail: plainOf(option.description), value: option.value, group };
}

/** What can be chosen without asking the app. */
function ownItems(each, { directory }) {
  if (/users_select$/.test(each.type))
    return directory.people.map((person) => ({ label: person.real_name ?? person.name, value: person.id }));
  if (/(channels|conversations)_select$/.test(each.type)) {
    return directory.channels
      .filter(({ kind }) => kind !== "im")
      .map((channel) => ({ label: `#${channel.name}`, value: channel.id }));
  }
  const grouped = (each.option_groups ?? []).flatMap((group) =>
    group.options.map((option) => toItem(option, plainOf(group.label))),
  );
  return [...(each.options ?? []).map((option) => toItem(option)), ...grouped];
}

function initialItems(each, items) {
  const options = each.initial_options ?? (each.initial_option ? [each.initial_option] : []);
  if (options.length) return options.map((option) => toItem(option));
  const ids = [each.initial_users, each.initial_channels, each.initial_conversations].flat();
  ids.push(each.initial_user, each.initial_channel, each.initial_conversation);
  return items.filter((item) => ids.includes(item.value));
}

function selectMenu(each, block, context, multi) {
  const own = ownItems(each, context);
  const external = /external_select$/.test(each.type);
  const kept = context.form?.kept(block, each);
  const state = { chosen: kept?.items ?? initialItems(each, own) };
  const words = h("span", { class: "select-label" });
  const node = h(
    "button",
    {
      class: "select",
      type: "button",
      "aria-haspopup": "listbox",
      "aria-expanded": "false",
      "aria-describedby": context.describedBy,
      "aria-invalid": context.invalid ? "true" : undefined,
      "data-action": each.action_id,
    },
    words,
    icon("down"),
  );
  const placeholder = plainOf(each.placeholder) || (multi ? "Choose" : "Choose one");

  function show() {
    const text = state.chosen.map(({ label }) => label).join(", ");
    words.textContent = text || placeholder;
    words.classList.toggle("placeholder", !text);
    node.setAttribute("aria-label", `${plainOf(block.label) || placeholder}${text ? `: ${text}` : ""}`);
    const values = state.chosen.map(({ value }) => value);
    context.form?.set(block, each, multi ? values : values[0], state.chosen);
  }

  const marked = (items) =>
    items.map((item) => ({ ...item, selected: state.chosen.some(({ value }) => value === item.value) }));
  const load = async (query) => marked(await loadOptions(each, block, context, query));
  let changed = false;
  const pick = (item) => {
    changed = true;
    if (!multi) state.chosen = [item];
    else if (item.selected) state.chosen = [...state.chosen, item];
    else state.chosen = state.chosen.filter(({ value }) => value !== item.value);
    show();
    if (!multi) send();
  };
  const send = () => {
    if (!changed || (context.form && !sends(block))) return;
    changed = false;
    const values = state.chosen.map(({ value }) => value);
    perform(node, each, block, context, multi ? values : values[0]);
  };
  node.addEventListener("click", () =>
    openMenu(node, {
      items: marked(own),
      load: external ? load : undefined,
      onPick: pick,
      onClose: multi ? send : undefined,
      multi,
      search: own.length > 8,
      label: plainOf(block.label) || placeholder,
    }),
  );
  show();
  return node;
}

/** In a modal only what stands outside of an input, or asks for it, tells the app at once. */
function sends(block) {
  return block.type !== "input" || Boolean(block.dispatch_action);
}

async function loadOptions(each, block, context, query) {
  if (query.length < (each.min_query_length ?? 0)) return [];
  const answer = await context.options({ action_id: each.action_id, block_id: block.block_id, query });
  const grouped = (answer.option_groups ?? []).flatMap((group) =>
    group.options.map((option) => toItem(option, plainOf(group.label))),
  );
  return [...(answer.options ?? []).map((option) => toItem(option)), ...grouped];
}

let groups = 0;

function choices(each, block, context, type) {
  const multi = type === "checkbox";
  const initial = multi ? (each.initial_options ?? []) : [each.initial_option].filter(Boolean);
  const kept = context.form?.kept(block, each)?.value;
  const chosen = kept === undefined ? initial.map(({ value }) => value) : [kept].flat();
  groups += 1;
  const name = `choices-${groups}`;
  const boxes = (each.options ?? []).map((option) =>
    h("input", { type, name, value: option.value, checked: chosen.includes(option.value) }),
  );
  const current = () => boxes.filter((box) => box.checked).map((box) => box.value);
  const keep = () => context.form?.set(block, each, multi ? current() : current()[0]);
  const node = h("div", {
    class: "choices",
    role: multi ? "group" : "radiogroup",
    "aria-labelledby": context.label,
    "aria-describedby": context.describedBy,
  });
  (each.options ?? []).forEach((option, index) => {
    const detail = option.description ? h("small", {}, textObject(option.description, context.directory)) : null;
    node.append(
      h("label", { class: "choice" }, boxes[index], h("span", {}, textObject(option.text, context.directory), detail)),
    );
  });
  node.addEventListener("change", () => {
    keep();
    if (!context.form || sends(block)) perform(node, each, block, context, multi ? current() : current()[0]);
  });
  keep();
  return node;
}
