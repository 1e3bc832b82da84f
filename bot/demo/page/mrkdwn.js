/**
 * Slack's mrkdwn as nodes. What is not understood stays the text that it was; `directory` turns ids into names.
 */

import { h } from "./dom.js";
import { emoji, withEmoji } from "./emoji.js";
import { slackDate } from "./times.js";

/** The text behind Slack's three entities. */
export function decode(text) {
  return text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
}

/** A link that cannot run anything: http, https and mailto only; otherwise its label alone. */
export function link(url, label, props = {}) {
  if (!isSafe(url)) return label;
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer", ...props }, label);
}

export function isSafe(url) {
  return /^(https?:\/\/|mailto:)[^\s]+$/i.test(String(url ?? "").trim());
}

/** A whole text object: `{type: "mrkdwn" | "plain_text", text}`, or a bare string (mrkdwn). */
export function textObject(object, directory) {
  if (object === null || object === undefined) return [];
  if (typeof object === "string") return mrkdwn(object, directory);
  if (object.type === "mrkdwn") {
    return mrkdwn(object.text ?? "", directory);
  }
  return lines(object.emoji === false ? (object.text ?? "") : withEmoji(object.text));
}

/** Text without any markup, for labels of controls. */
export function plainOf(object) {
  if (object === null || object === undefined) return "";
  return typeof object === "string" ? object : withEmoji(object.text ?? "");
}

function lines(text) {
  return String(text)
    .split("\n")
    .flatMap((line, index) => (index ? [h("br"), line] : [line]));
}

/** Message text as nodes: fenced blocks first, then quotes, then what stands in a line. */
export function mrkdwn(text, directory) {
  const nodes = [];
  const parts = String(text).split(/```/);
  parts.forEach((part, index) => {
    const fenced = index % 2 === 1 && index < parts.length - 1;
    if (fenced) nodes.push(h("pre", { class: "pre", tabindex: "0" }, literal(part.replace(/^\n/, ""), directory)));
    else nodes.push(...paragraphs((index % 2 === 1 ? "```" : "") + part, directory));
  });
  return nodes;
}

function paragraphs(text, directory) {
  const nodes = [];
  let quote = [];
  const flush = () => {
    if (quote.length) nodes.push(h("blockquote", {}, joined(quote, directory)));
    quote = [];
  };
  let plain = [];
  const flushPlain = () => {
    if (plain.length) nodes.push(...joined(plain, directory));
    plain = [];
  };
  const all = text.split("\n");
  all.forEach((line) => {
    const quoted = /^(?:&gt;|>) ?(.*)$/.exec(line);
    if (quoted) {
      flushPlain();
      quote.push(quoted[1]);
    } else {
      if (quote.length) flush();
      plain.push(line);
    }
  });
  flush();
  flushPlain();
  return nodes;
}

function joined(all, directory) {
  return all.flatMap((line, index) => (index ? [h("br"), ...inline(line, directory)] : inline(line, directory)));
}

const TOKEN =
  /<([^<>\n]+)>|`([^`\n]+)`|:([a-z0-9_+-]+):|(^|[^\p{L}\p{N}*_~])([*_~])(?!\s)([^\n]*?[^\s])\5(?![\p{L}\p{N}])/gu;
const STYLES = { "*": "strong", _: "em", "~": "s" };

function inline(text, directory) {
  const nodes = [];
  let position = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [whole, reference, code, shortcode, before, mark, styled] = match;
    nodes.push(decode(text.slice(position, match.index)));
    position = match.index + whole.length;
    if (reference !== undefined) nodes.push(resolve(reference, directory) ?? decode(whole));
    else if (code !== undefined) nodes.push(h("code", {}, literal(code, directory)));
    else if (shortcode !== undefined) nodes.push(emoji(shortcode) ?? whole);
    else nodes.push(decode(before), h(STYLES[mark], {}, inline(styled, directory)));
  }
  nodes.push(decode(text.slice(position)));
  return nodes.filter((node) => node !== "");
}

/** Inside code only references and entities mean something. */
function literal(text, directory) {
  return text.split(/(<[^<>\n]+>)/).map((part) => {
    const reference = /^<([^<>\n]+)>$/.exec(part);
    return (reference && resolve(reference[1], directory)) || decode(part);
  });
}

/** What stands between < and >: a mention, a date, a link; undefined when it is none of them. */
function resolve(reference, directory) {
  const bar = reference.indexOf("|");
  const target = bar < 0 ? reference : reference.slice(0, bar);
  const label = bar < 0 ? undefined : decode(reference.slice(bar + 1));
  if (/^@[UW][A-Z0-9]+$/.test(target)) return mention(directory, target.slice(1), label);
  if (/^#[CDG][A-Z0-9]+$/.test(target)) return channelMention(directory, target.slice(1), label);
  if (target.startsWith("!subteam^"))
    return h("span", { class: "mention" }, label ?? group(directory, target.slice(9)));
  if (target.startsWith("!date^")) return date(target, label);
  if (/^!(here|channel|everyone)$/.test(target))
    return h("span", { class: "mention mention-all" }, `@${target.slice(1)}`);
  if (isSafe(decode(target))) return link(decode(target), label ?? decode(target).replace(/^mailto:/, ""));
  return undefined;
}

function date(target, label) {
  const [, seconds, template, url] = target.split("^");
  const shown = h(
    "time",
    { datetime: Number.isFinite(Number(seconds)) ? new Date(Number(seconds) * 1000).toISOString() : undefined },
    slackDate(seconds, template, label),
  );
  return url ? link(decode(url), shown) : shown;
}

function group(directory, id) {
  return `@${directory?.groupName?.(id) ?? id}`;
}

/** A person, as a pill; oneself stands out. */
export function mention(directory, id, label) {
  const me = directory?.me?.id === id;
  return h("span", { class: me ? "mention mention-me" : "mention" }, `@${directory?.userName(id) ?? label ?? id}`);
}

export function channelMention(directory, id, label) {
  const name = directory?.channelName(id) ?? label;
  if (!name) return h("span", { class: "mention" }, `#${id}`);
  return h("a", { class: "mention", href: `#${encodeURIComponent(name)}` }, `#${name}`);
}
