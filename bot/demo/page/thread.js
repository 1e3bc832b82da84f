/**
 * The pane of a thread: the message it hangs on, its replies, a composer of its own.
 */

import { Composer } from "./composer.js";
import { h, icon, refill } from "./dom.js";
import { MessageList } from "./list.js";

export class ThreadPane {
  constructor(root, app) {
    this.app = app;
    this.head = h("header", { class: "pane-head" });
    this.scroll = h("div", { class: "scroll", role: "log", "aria-label": "Thread", tabindex: "0" });
    const typing = h("div", { class: "composer" });
    this.typing = typing;
    refill(root, this.head, this.scroll, typing);
  }

  open(channel, ts) {
    const moved = this.ts !== ts || this.ws !== this.app.ws;
    this.channel = channel;
    this.ts = ts;
    this.ws = this.app.ws;
    if (moved) {
      this.list = new MessageList(this.scroll, { ws: this.ws, actions: this.app.actions, inThread: true });
      this.composer ??= new Composer(this.typing, {
        ws: () => this.app.ws,
        channel: () => this.channel.name,
        label: () => "Reply in thread",
        inThread: true,
        send: (text) => this.app.send(text, this.ts),
      });
    }
    this.composer.refresh();
    const close = () => this.app.closeThread();
    refill(
      this.head,
      h("button", { class: "back", type: "button", "aria-label": "Back to the channel", onclick: close }, icon("back")),
      h(
        "h2",
        { class: "pane-title" },
        h("span", {}, "Thread"),
        h("small", {}, channel.kind === "im" ? this.ws.bot.name : `#${channel.name}`),
      ),
      h(
        "button",
        { class: "tool close-thread", type: "button", "aria-label": "Close thread", onclick: close },
        icon("close"),
      ),
    );
    this.draw();
    if (moved) this.list.toEnd();
  }

  draw() {
    const root = this.ws.message(this.channel.id, this.ts);
    const replies = this.ws.inThread(this.channel.id, this.ts);
    this.list.show(root ? [root, ...replies] : replies, { empty: "This message is gone." });
  }
}
