/**
 * The `rich_text` block: sections, lists, quotes and preformatted text, with styles that are data and not marks.
 */

import { h } from "./dom.js";
import { emojiOf } from "./emoji.js";
import { channelMention, link, mention } from "./mrkdwn.js";
import { slackDate } from "./times.js";

/** The whole block as a list of nodes. */
export function richText(block, directory) {
  return nest(block.elements ?? [], directory);
}

const PARTS = {
  rich_text_section: (part, directory) => h("div", { class: "rt-section" }, inline(part.elements, directory)),
  rich_text_quote: (part, directory) => h("blockquote", { class: "rt-quote" }, inline(part.elements, directory)),
  rich_text_preformatted: (part, directory) =>
    h(
      "pre",
      { class: "pre", tabindex: "0", role: "region", "aria-label": "Preformatted text" },
      inline(part.elements, directory, true),
    ),
};

/** Lists of one level after another become lists in lists. */
function nest(parts, directory) {
  const nodes = [];
  const open = [];
  for (const part of parts) {
    if (part.type !== "rich_text_list") {
      open.length = 0;
      const write = PARTS[part.type];
      if (write) nodes.push(write(part, directory));
      continue;
    }
    const level = part.indent ?? 0;
    const list = makeList(part, directory);
    while (open.length && open[open.length - 1].level >= level) open.pop();
    const parent = open.length ? open[open.length - 1].list.lastElementChild : null;
    if (parent) parent.append(list);
    else nodes.push(list);
    open.push({ level, list });
  }
  return nodes;
}

function makeList(part, directory) {
  const items = (part.elements ?? []).map((item) => h("li", {}, inline(item.elements, directory)));
  const quoted = part.border ? "rt-list rt-border" : "rt-list";
  if (part.style === "ordered") return h("ol", { class: quoted, start: (part.offset ?? 0) + 1 }, items);
  return h("ul", { class: quoted }, items);
}

/** The pieces of a section; `code` for preformatted text, where a line break is one already. */
export function inline(elements, directory, code = false) {
  return (elements ?? []).map((element) => {
    const write = PIECES[element.type];
    return write ? styled(write(element, directory, code), element.style) : null;
  });
}

const PIECES = {
  text: (element, _directory, code) => (code ? (element.text ?? "") : broken(element.text ?? "")),
  link: (element) => link(element.url, element.text || element.url),
  emoji: (element) => emojiOf(element),
  user: (element, directory) => mention(directory, element.user_id),
  usergroup: (element, directory) =>
    h("span", { class: "mention" }, `@${directory?.groupName?.(element.usergroup_id) ?? element.usergroup_id}`),
  channel: (element, directory) => channelMention(directory, element.channel_id),
  broadcast: (element) => h("span", { class: "mention mention-all" }, `@${element.range}`),
  date: (element) => h("time", {}, slackDate(element.timestamp, element.format, element.fallback)),
  color: (element) => h("code", {}, element.value ?? ""),
};

function broken(text) {
  return text.split("\n").flatMap((line, index) => (index ? [h("br"), line] : [line]));
}

function styled(content, style) {
  let node = content;
  if (style?.code) node = h("code", {}, node);
  if (style?.strike) node = h("s", {}, node);
  if (style?.underline) node = h("u", {}, node);
  if (style?.italic) node = h("em", {}, node);
  if (style?.bold) node = h("strong", {}, node);
  return node;
}
