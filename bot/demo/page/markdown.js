/**
 * The `markdown` block: the common part of standard Markdown, as nodes. Raw HTML in it stays text.
 */

import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { link } from "./mrkdwn.js";

/** A whole document. */
export function markdown(text) {
  const all = String(text ?? "").split("\n");
  const nodes = [];
  let at = 0;
  while (at < all.length) {
    const read = READERS.find(({ starts }) => starts(all[at], all[at + 1]));
    const [node, next] = read ? read.take(all, at) : paragraph(all, at);
    if (node) nodes.push(node);
    at = next;
  }
  return nodes;
}

const LIST = /^(\s*)([-*+]|\d+[.)])\s+(.*)$/;

const READERS = [
  { starts: (line) => line.trim() === "", take: (all, at) => [null, at + 1] },
  { starts: (line) => /^\s*(```|~~~)/.test(line), take: fence },
  { starts: (line) => /^#{1,6}\s/.test(line), take: heading },
  { starts: (line) => /^\s*([-*_])(\s*\1){2,}\s*$/.test(line), take: (all, at) => [h("hr"), at + 1] },
  { starts: (line) => /^\s*>/.test(line), take: quote },
  { starts: (line) => LIST.test(line), take: list },
  {
    starts: (line, next) => line.includes("|") && /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/.test(next ?? ""),
    take: table,
  },
];

function fence(all, at) {
  const mark = all[at].trim().slice(0, 3);
  let end = at + 1;
  while (end < all.length && !all[end].trim().startsWith(mark)) end += 1;
  return [h("pre", { class: "pre", tabindex: "0" }, all.slice(at + 1, end).join("\n")), end + 1];
}

function heading(all, at) {
  const [, marks, text] = /^(#{1,6})\s+(.*?)\s*#*$/.exec(all[at]) ?? [null, "#", all[at]];
  return [
    h(
      "div",
      { class: `md-heading md-h${Math.min(marks.length, 3)}`, role: "heading", "aria-level": "3" },
      inline(text),
    ),
    at + 1,
  ];
}

function quote(all, at) {
  let end = at;
  while (end < all.length && /^\s*>/.test(all[end])) end += 1;
  return [
    h(
      "blockquote",
      {},
      markdown(
        all
          .slice(at, end)
          .map((line) => line.replace(/^\s*> ?/, ""))
          .join("\n"),
      ),
    ),
    end,
  ];
}

function list(all, at) {
  const [, indent, mark] = LIST.exec(all[at]);
  const ordered = /\d/.test(mark);
  const items = [];
  let end = at;
  while (end < all.length) {
    const match = LIST.exec(all[end]);
    if (match && match[1].length > indent.length && items.length) {
      const [inner, next] = list(all, end);
      items[items.length - 1].append(inner);
      end = next;
    } else if (match && match[1].length === indent.length && /\d/.test(match[2]) === ordered) {
      items.push(listItem(match[3]));
      end += 1;
    } else break;
  }
  const start = ordered ? Number.parseInt(mark, 10) : undefined;
  return [ordered ? h("ol", { start }, items) : h("ul", {}, items), end];
}

function listItem(text) {
  const task = /^\[([ xX])\]\s+(.*)$/.exec(text);
  if (!task) return h("li", {}, inline(text));
  return h("li", { class: "md-task" }, task[1] === " " ? "☐ " : "☑ ", inline(task[2]));
}

function cells(line) {
  return line
    .trim()
    .replace(/^\||\|$/g, "")
    .split("|")
    .map((cell) => cell.trim());
}

function table(all, at) {
  let end = at + 2;
  while (end < all.length && all[end].includes("|")) end += 1;
  const head = h(
    "tr",
    {},
    cells(all[at]).map((cell) => h("th", { scope: "col" }, inline(cell))),
  );
  const body = all.slice(at + 2, end).map((line) =>
    h(
      "tr",
      {},
      cells(line).map((cell) => h("td", {}, inline(cell))),
    ),
  );
  return [
    h("div", { class: "table-scroll", tabindex: "0" }, h("table", {}, h("thead", {}, head), h("tbody", {}, body))),
    end,
  ];
}

function paragraph(all, at) {
  let end = at + 1;
  while (end < all.length && !READERS.some(({ starts }) => starts(all[end], all[end + 1]))) end += 1;
  const nodes = all.slice(at, end).flatMap((line, index) => (index ? [h("br"), ...inline(line)] : inline(line)));
  return [h("p", {}, nodes), end];
}

/** The ways in which a piece of a line is marked; the order decides where two could begin at one place. */
const INLINE = new RegExp(
  [
    /\\(?<escaped>[\\`*_\{\}\[\]\(\)#+.!~\|<>\-])/u,
    /(?<ticks>`+)(?<code>.+?)\k<ticks>/u,
    /!?\[(?<label>[^\]]*)\]\((?<url>[^\s)]+)\)/u,
    /(?<two>\*\*|__)(?=\S)(?<strong>.+?)(?<=\S)\k<two>/u,
    /(?<![\p{L}\p{N}])(?<one>[*_])(?=\S)(?<slanted>.+?)(?<=\S)\k<one>(?![\p{L}\p{N}])/u,
    /~~(?<struck>.+?)~~/u,
    /(?<bare>https?:\/\/[^\s<>)]+)/u,
    /:(?<shortcode>[a-z0-9_+\-]+):/u,
  ]
    .map(({ source }) => source)
    .join("|"),
  "gu",
);

function inline(text) {
  const nodes = [];
  let position = 0;
  for (const match of text.matchAll(INLINE)) {
    const { escaped, code, label, url, strong, slanted, struck, bare, shortcode } = match.groups;
    nodes.push(text.slice(position, match.index));
    position = match.index + match[0].length;
    if (escaped !== undefined) nodes.push(escaped);
    else if (code !== undefined) nodes.push(h("code", {}, code.trim()));
    else if (url !== undefined) nodes.push(link(url, label || url));
    else if (strong !== undefined) nodes.push(h("strong", {}, inline(strong)));
    else if (slanted !== undefined) nodes.push(h("em", {}, inline(slanted)));
    else if (struck !== undefined) nodes.push(h("s", {}, inline(struck)));
    else if (bare !== undefined) nodes.push(link(bare, bare));
    else nodes.push(emoji(shortcode) ?? match[0]);
  }
  nodes.push(text.slice(position));
  return nodes.filter((node) => node !== "");
}
