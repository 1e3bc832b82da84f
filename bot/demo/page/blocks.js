/**
 * Block Kit, one function per block type: `(block, context) -> node`.
 *
 * A context says where the block stands: `{directory, message, act, options, form, errors}`. `act(action)` does what a
 * person does with an element; `form` collects values inside a modal; `errors` are a modal's complaints by block id.
 */

import { chart } from "./chart.js";
import { h, uniqueId } from "./dom.js";
import { element } from "./elements.js";
import { fileCard, picture } from "./files.js";
import { markdown } from "./markdown.js";
import { plainOf, textObject } from "./mrkdwn.js";
import { richText } from "./richtext.js";
import { dataTable, table } from "./tables.js";

/** All blocks of a message, a modal or a tab. */
export function blocks(list, context) {
  return (list ?? []).map((block, index) => one({ ...block, block_id: block.block_id ?? `block-${index}` }, context));
}

function one(block, context) {
  const draw = Object.hasOwn(BLOCKS, block.type) ? BLOCKS[block.type] : undefined;
  if (!draw) return h("div", { class: "block unknown" }, `This page does not draw "${block.type}" blocks.`);
  const node = draw(block, context);
  node.dataset.block = block.type;
  node.classList.add("block");
  return node;
}

const BLOCKS = {
  header: (block) =>
    h("div", { class: "header", role: "heading", "aria-level": String(block.level ?? 3) }, textObject(block.text)),
  section,
  context: contextBlock,
  divider: () => h("hr", {}),
  actions: (block, context) =>
    h(
      "div",
      { class: "actions", role: "group", "aria-label": "Actions" },
      (block.elements ?? []).map((each) => element(each, block, context)),
    ),
  input,
  rich_text: (block, { directory }) => h("div", { class: "rich-text" }, richText(block, directory)),
  markdown: (block) => h("div", { class: "markdown" }, markdown(block.text)),
  table,
  data_table: dataTable,
  data_visualization: (block) => h("figure", { class: "chart" }, h("figcaption", {}, block.title ?? ""), chart(block)),
  image: (block, context) => picture(block, context),
  file: (block, context) => fileCard(findFile(block, context)),
  video: () => h("div", { hidden: true }),
};

function section(block, context) {
  const body = h("div", { class: "section-body" });
  if (block.text) body.append(h("div", { class: "text" }, textObject(block.text, context.directory)));
  if (block.fields?.length) {
    const fields = block.fields.map((field) => h("div", { class: "field" }, textObject(field, context.directory)));
    body.append(h("div", { class: "fields" }, fields));
  }
  const accessory = block.accessory ? h("div", { class: "accessory" }, element(block.accessory, block, context)) : null;
  return h("div", { class: "section" }, body, accessory);
}

function contextBlock(block, { directory }) {
  const parts = (block.elements ?? []).map((part) =>
    part.type === "image"
      ? picture(part, { directory }, "context-image")
      : h("span", { class: "context-text" }, textObject(part, directory)),
  );
  return h("div", { class: "context" }, parts);
}

function input(block, context) {
  const label = uniqueId("label");
  const hint = block.hint ? uniqueId("hint") : undefined;
  const error = context.errors?.[block.block_id];
  const complaint = error ? h("div", { class: "input-error", role: "alert", id: uniqueId("error") }, error) : null;
  const control = element(block.element, block, {
    ...context,
    label,
    describedBy: complaint?.id ?? hint,
    invalid: Boolean(error),
  });
  return h(
    "div",
    { class: error ? "input invalid" : "input" },
    h(
      "label",
      { class: "input-label", id: label, for: control.dataset.focus },
      plainOf(block.label),
      block.optional ? h("span", { class: "optional" }, " (optional)") : null,
    ),
    control,
    complaint,
    block.hint ? h("div", { class: "hint", id: hint }, plainOf(block.hint)) : null,
  );
}

function findFile(block, { message }) {
  const files = message?.files ?? [];
  return (
    block.file ??
    files.find(
      (file) => file.id === block.file_id || (block.external_id && file.external_id === block.external_id),
    ) ?? { name: "File" }
  );
}
