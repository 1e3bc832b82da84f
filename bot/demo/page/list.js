/**
 * A list of messages that stays where the reader is: new ones appear, changed ones change in place, the rest is left
 * alone.
 */

import { announce, h } from "./dom.js";
import { fold, messageNode } from "./message.js";
import { dayHeading, fromTs, sameDay } from "./times.js";

const GROUP = 300; // seconds within which a person's next message needs no second face
const NEAR = 80; // pixels from the end at which the reader is taken to be at the end

export class MessageList {
  /** `pane`: {ws, actions, inThread}. `root` is the scrolling element. */
  constructor(root, pane) {
    this.root = root;
    this.pane = pane;
    this.nodes = new Map();
    this.opened = new Set();
    this.inner = h("div", { class: "list" });
    this.jump = h(
      "button",
      { class: "jump", type: "button", hidden: true, onclick: () => this.toEnd() },
      "Newest messages ↓",
    );
    this.root.replaceChildren(this.inner, this.jump);
    this.sticky = true;
    this.end = 0; // how far down the end was when the list last went there
    this.root.onscroll = () => {
      this.sticky = this.root.scrollHeight - this.root.scrollTop - this.root.clientHeight < NEAR;
      if (this.sticky) this.jump.hidden = true;
    };
    new ResizeObserver(() => this.#follows() && this.toEnd()).observe(this.inner);
  }

  /** Is the reader at the end? A scroll of which the browser has not told yet counts. */
  #follows() {
    if (this.root.scrollTop < this.end - NEAR) this.sticky = false;
    return this.sticky;
  }

  toEnd() {
    this.root.scrollTop = this.root.scrollHeight;
    this.end = this.root.scrollTop;
    this.sticky = true;
    this.jump.hidden = true;
  }

  /** Draw these messages; what is drawn already and unchanged is kept as it is. */
  show(messages, { newFrom, empty = "Nothing here yet." } = {}) {
    const follows = this.#follows();
    const wanted = this.#wanted(messages, newFrom);
    if (!wanted.length) wanted.push(["empty", "empty", () => h("div", { class: "empty" }, empty)]);
    const focus = document.activeElement?.closest?.(".message");
    const action =
      focus && this.inner.contains(focus) ? [focus.dataset.ts, document.activeElement.dataset.action] : null;
    this.#reconcile(wanted);
    if (follows) this.toEnd();
    if (action && document.activeElement === document.body) this.#refocus(action);
  }

  /** [key, what it depends on, how to make it] for everything in the list. */
  #wanted(messages, newFrom) {
    const wanted = [];
    let before = null;
    for (const message of messages) {
      const date = fromTs(message.ts);
      if (!before || !sameDay(fromTs(before.ts), date)) {
        const heading = dayHeading(date);
        wanted.push([
          `day ${heading}`,
          heading,
          () => h("div", { class: "day", role: "separator", "aria-label": heading }, h("span", {}, heading)),
        ]);
        before = null;
      }
      if (newFrom && message.ts === newFrom)
        wanted.push(["new", "new", () => h("div", { class: "new-line", role: "separator" }, h("span", {}, "New"))]);
      const compact = follows(before, message);
      const version = [message, compact, this.#threadVersion(message)];
      wanted.push([message.ts, version, () => messageNode(message, { ...this.pane, compact })]);
      before = message;
    }
    return wanted;
  }

  #threadVersion(message) {
    if (this.pane.inThread) return "";
    const replies = this.pane.ws.inThread(message.channel, message.ts);
    return `${replies.length} ${replies[replies.length - 1]?.ts ?? ""}`;
  }

  #reconcile(wanted) {
    const kept = new Map();
    let place = this.inner.firstChild;
    for (const [key, version, make] of wanted) {
      const known = this.nodes.get(key);
      const node = known && same(known.version, version) ? known.node : make();
      kept.set(key, { node, version });
      if (known && known.node !== node && known.node === place) place = place.nextSibling;
      if (known && known.node !== node) known.node.replaceWith(node);
      else if (node === place) place = place.nextSibling;
      else this.inner.insertBefore(node, place);
      if (node.classList.contains("message") && node !== known?.node) fold(node, this.opened);
    }
    for (const [key, { node }] of this.nodes) if (!kept.has(key)) node.remove();
    this.nodes = kept;
  }

  #refocus([ts, action]) {
    const node = this.nodes.get(ts)?.node;
    (node?.querySelector(`[data-action="${CSS.escape(action ?? "")}"]`) ?? node?.querySelector("button"))?.focus();
  }

  /** A message came in: say it, and offer the way down to a reader who looks at older ones. */
  arrived(message) {
    if (!this.sticky) this.jump.hidden = false;
    announce(message.text ?? "A new message");
  }
}

function same(one, other) {
  if (!Array.isArray(one) || !Array.isArray(other)) return one === other;
  return one.every((part, index) => part === other[index]);
}

function follows(before, message) {
  if (!before || before.ephemeral || message.ephemeral || message.bot_id || before.bot_id) return false;
  return before.user === message.user && Number(message.ts) - Number(before.ts) < GROUP;
}
