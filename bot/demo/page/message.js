/**
 * One message as it stands in a channel or a thread: face, name, time, text or blocks, attachments, files, thread.
 */

import { blocks } from "./blocks.js";
import { h, icon } from "./dom.js";
import { emoji } from "./emoji.js";
import { fileCard, ownAddress, picture } from "./files.js";
import { mrkdwn, link, textObject } from "./mrkdwn.js";
import { ago, clock, fromTs, full } from "./times.js";

const TALL = 700; // pixels above which a message is folded, as Slack does

/** Who wrote it: name, face, and whether it is the app. */
export function author(message, ws) {
  if (message.local) return { name: "Workspace", kind: "system" };
  if (message.bot_id || (message.user && message.user === ws.bot.user_id)) {
    return { name: message.username ?? ws.bot.name ?? "Watchkeeper", kind: "app" };
  }
  const person = ws.person(message.user);
  return { name: person?.real_name ?? person?.name ?? message.username ?? "Someone", kind: "person", person };
}

/** A square with a face: the lighthouse, or a person's initial on their colour. */
export function avatar({ name, kind, person }, ws, className = "avatar") {
  if (kind === "app") {
    const own = /^\/[^/]/.test(ws.bot.icon ?? "") ? ownAddress(ws.bot.icon) : undefined;
    return h("img", { class: className, src: own ?? "/page/lighthouse.svg", alt: "" });
  }
  const node = h(
    "span",
    { class: `${className} initials`, "aria-hidden": "true" },
    kind === "system" ? icon("info") : (name[0] ?? "?").toUpperCase(),
  );
  if (/^#?[0-9a-f]{3,8}$/i.test(person?.color ?? ""))
    node.style.setProperty("--face", person.color.startsWith("#") ? person.color : `#${person.color}`);
  return node;
}

/**
 * The message. `pane`: {ws, actions, inThread, compact}. `actions`: {on(message), openThread(ts), shortcuts…}.
 */
export function messageNode(message, pane) {
  const { ws } = pane;
  const by = author(message, ws);
  const date = fromTs(message.ts);
  const compact = pane.compact && by.kind === "person";
  const node = h("article", {
    class: ["message", message.ephemeral && "ephemeral", compact && "compact", by.kind].filter(Boolean).join(" "),
    "data-ts": message.ts,
    "aria-label": `${by.name}, ${clock(date)}`,
  });
  const stamp = h("time", { class: "stamp", datetime: date.toISOString(), title: full(date) }, clock(date));
  const body = h("div", { class: "message-body" });
  if (compact) node.append(h("div", { class: "gutter" }, stamp), body);
  else {
    node.append(h("div", { class: "gutter" }, avatar(by, ws)), body);
    body.append(
      h("div", { class: "byline" }, h("strong", { class: "author" }, by.name), badge(by), stamp, edited(message)),
    );
  }
  if (message.ephemeral) node.prepend(ephemeralNote(message, pane));
  if (message.subtype === "thread_broadcast" && !pane.inThread) body.append(broadcastNote(message, pane));
  const content = h("div", { class: "content" }, contentOf(message, pane), compact ? edited(message) : null);
  body.append(content);
  append(body, reactions(message, ws), pane.inThread ? null : threadSummary(message, pane));
  if (!message.local && !message.ephemeral) append(node, toolbar(message, pane));
  return node;
}

function append(node, ...children) {
  for (const child of children) if (child) node.append(child);
}

function badge(by) {
  return by.kind === "app" ? h("span", { class: "app-badge" }, "APP") : null;
}

function edited(message) {
  return message.edited
    ? h("span", { class: "edited", title: full(fromTs(message.edited.ts ?? message.ts)) }, "(edited)")
    : null;
}

function ephemeralNote(message, { ws }) {
  const dismiss = h(
    "button",
    { class: "link-button", type: "button", onclick: () => ws.dismiss(message.channel, message.ts) },
    "Dismiss",
  );
  return h("div", { class: "ephemeral-note" }, icon("eye"), h("span", {}, "Only visible to you · "), dismiss);
}

function broadcastNote(message, { ws, actions }) {
  const root = ws.message(message.channel, message.thread_ts);
  const words = root ? summary(root, ws) : "a thread";
  const open = h(
    "button",
    { class: "link-button", type: "button", onclick: () => actions.openThread(message.thread_ts) },
    words,
  );
  return h("div", { class: "broadcast-note" }, icon("reply"), "replied to a thread: ", open);
}

function summary(message, ws) {
  const node = h("div", {}, mrkdwn(message.text ?? "", ws));
  const text = node.textContent.trim();
  return text.length > 70 ? `${text.slice(0, 69)}…` : text || "a message";
}

/** Blocks stand instead of the text; attachments and files stand below either. */
function contentOf(message, pane) {
  const context = contextOf(message, pane);
  const nodes = message.blocks?.length
    ? blocks(message.blocks, context)
    : message.text
      ? [h("div", { class: "text" }, mrkdwn(message.text, pane.ws))]
      : [];
  nodes.push(...(message.attachments ?? []).map((each) => attachment(each, context)));
  const inBlocks = new Set((message.blocks ?? []).map((block) => block.file_id ?? block.slack_file?.id));
  nodes.push(...(message.files ?? []).filter((file) => !inBlocks.has(file.id)).map(fileCard));
  return nodes;
}

function contextOf(message, { ws, actions }) {
  return {
    directory: ws,
    message,
    act: (action, how) => actions.press(message, action, how),
    options: (query) => actions.options({ ...query, message: message.ts, channel: message.channel }),
  };
}

const BAR = { good: "#2eb886", warning: "#daa038", danger: "#a30100" };

function attachment(each, context) {
  const { directory } = context;
  const own = Array.isArray(each.blocks) && each.blocks.length;
  const node = h("div", { class: "attachment" });
  const color =
    BAR[each.color] ?? (/^#?[0-9a-f]{6}$/i.test(each.color ?? "") ? `#${each.color.replace("#", "")}` : undefined);
  if (color) node.style.setProperty("--bar", color);
  if (each.pretext) node.append(h("div", { class: "pretext" }, mrkdwn(each.pretext, directory)));
  const title = each.title
    ? h("div", { class: "attachment-title" }, each.title_link ? link(each.title_link, each.title) : each.title)
    : null;
  const fields = (each.fields ?? []).map((field) =>
    h("div", { class: "field" }, h("strong", {}, field.title), h("br"), mrkdwn(field.value ?? "", directory)),
  );
  const text = !own && (each.text || (!title && !fields.length && each.fallback));
  const body = h(
    "div",
    { class: "attachment-body" },
    own ? blocks(each.blocks, context) : null,
    title,
    text ? h("div", { class: "text" }, textObject(text, directory)) : null,
    fields.length ? h("div", { class: "fields" }, fields) : null,
    each.image_url ? picture({ image_url: each.image_url, alt_text: each.fallback ?? "" }, context) : null,
    each.footer ? h("div", { class: "context" }, mrkdwn(each.footer, directory)) : null,
  );
  node.append(body);
  return node;
}

function reactions(message, ws) {
  if (!message.reactions?.length) return null;
  const pills = message.reactions.map(({ name, users, count }) => {
    const who = (users ?? []).map((id) => ws.userName(id) ?? id).join(", ");
    const mine = (users ?? []).includes(ws.me.id);
    const label = `${name}: ${count ?? users?.length ?? 1}${who ? ` (${who})` : ""}`;
    return h(
      "span",
      { class: mine ? "reaction mine" : "reaction", title: label, role: "img", "aria-label": label },
      emoji(name) ?? `:${name}:`,
      " ",
      count ?? users?.length ?? 1,
    );
  });
  return h("div", { class: "reactions" }, pills);
}

function threadSummary(message, { ws, actions }) {
  const replies = ws.inThread(message.channel, message.ts).filter((reply) => !reply.ephemeral);
  const count = Math.max(message.reply_count ?? 0, replies.length);
  if (!count || (message.thread_ts && message.thread_ts !== message.ts)) return null;
  const latest = message.latest_reply ?? replies[replies.length - 1]?.ts;
  const faces = [...new Map(replies.map((reply) => [author(reply, ws).name, author(reply, ws)])).values()].slice(0, 4);
  return h(
    "button",
    { class: "thread-summary", type: "button", onclick: () => actions.openThread(message.ts) },
    h(
      "span",
      { class: "faces" },
      faces.map((by) => avatar(by, ws, "face")),
    ),
    h("strong", {}, `${count} ${count === 1 ? "reply" : "replies"}`),
    latest ? h("span", { class: "latest" }, `Last reply ${ago(fromTs(latest))}`) : null,
  );
}

function toolbar(message, { ws, actions, inThread }) {
  const thread = inThread
    ? null
    : h(
        "button",
        {
          class: "tool",
          type: "button",
          "aria-label": "Reply in thread",
          title: "Reply in thread",
          onclick: () => actions.openThread(message.thread_ts ?? message.ts),
        },
        icon("reply"),
      );
  const more = ws.shortcuts.length
    ? h(
        "button",
        {
          class: "tool",
          type: "button",
          "aria-label": "Message shortcuts",
          title: "Shortcuts",
          "aria-haspopup": "listbox",
          onclick: (event) => actions.shortcuts(event.currentTarget, message),
        },
        icon("more"),
      )
    : null;
  return thread || more ? h("div", { class: "toolbar" }, thread, more) : null;
}

/** Fold a message that is taller than Slack would show. Call once it stands in the page. */
export function fold(node, opened) {
  const content = node.querySelector(".content");
  if (!content || opened.has(node.dataset.ts) || content.offsetHeight <= TALL) return;
  content.classList.add("folded");
  const more = h("button", { class: "button show-more", type: "button" }, "Show more");
  more.addEventListener("click", () => {
    opened.add(node.dataset.ts);
    content.classList.remove("folded");
    more.remove();
  });
  content.after(more);
}
