/**
 * The pane of a channel: its name and topic, its messages, the composer. For the app's own channel also its Home tab.
 */

import { act } from "./api.js";
import { blocks } from "./blocks.js";
import { Composer } from "./composer.js";
import { h, icon, refill } from "./dom.js";
import { MessageList } from "./list.js";

export class ChannelPane {
  constructor(root, app) {
    this.app = app;
    this.root = root;
    this.channel = null;
    this.tab = "messages";
    this.head = h("header", { class: "pane-head" });
    this.tabs = h("div", { class: "tabs", role: "tablist", hidden: true });
    this.scroll = h("div", { class: "scroll", role: "log", "aria-label": "Messages", tabindex: "0" });
    this.home = h("div", { class: "scroll home", hidden: true, role: "tabpanel", "aria-label": "Home" });
    const typing = h("div", { class: "composer" });
    this.typing = typing;
    refill(root, this.head, this.tabs, this.scroll, this.home, typing);
    this.composer = null;
  }

  open(channel) {
    const moved = this.channel?.id !== channel.id || this.ws !== this.app.ws;
    this.channel = channel;
    this.ws = this.app.ws;
    if (moved) {
      this.tab = channel.kind === "im" ? "home" : "messages";
      this.newFrom = this.app.reads.firstNew(channel.id, this.ws);
      this.list = new MessageList(this.scroll, { ws: this.ws, actions: this.app.actions, inThread: false });
      this.composer ??= new Composer(this.typing, {
        ws: () => this.app.ws,
        channel: () => this.channel.name,
        label: () => (this.channel ? `Message ${this.#name()} as ${this.app.ws.me.name}` : "Message"),
        send: (text) => this.app.send(text),
      });
    }
    this.composer.refresh();
    this.#drawHead();
    this.#drawTabs();
    this.draw();
    if (moved) this.list.toEnd();
    if (moved && this.tab === "home") this.#askHome();
  }

  #name() {
    return this.channel.kind === "im" ? this.app.ws.bot.name : `#${this.channel.name}`;
  }

  #drawHead() {
    const isApp = this.channel.kind === "im";
    const back = h(
      "button",
      { class: "back", type: "button", "aria-label": "Channels", onclick: () => (document.body.dataset.pane = "list") },
      icon("back"),
    );
    const face = isApp ? h("img", { src: "/page/lighthouse.svg", alt: "", class: "side-face" }) : icon("hash");
    const topic = this.channel.topic?.value ?? this.channel.topic;
    refill(
      this.head,
      back,
      h("h2", { class: "pane-title" }, face, h("span", {}, isApp ? this.app.ws.bot.name : this.channel.name)),
      topic ? h("p", { class: "topic", title: topic }, topic) : null,
    );
  }

  #drawTabs() {
    const isApp = this.channel.kind === "im";
    this.tabs.hidden = !isApp;
    const tab = (name, label) =>
      h(
        "button",
        {
          class: "tab",
          type: "button",
          role: "tab",
          "aria-selected": String(this.tab === name),
          onclick: () => this.#turn(name),
        },
        label,
      );
    refill(this.tabs, isApp ? [tab("home", "Home"), tab("messages", "Messages")] : []);
    this.home.hidden = !isApp || this.tab !== "home";
    this.scroll.hidden = !this.home.hidden;
    this.typing.hidden = !this.home.hidden;
  }

  #turn(name) {
    if (this.tab === name) return;
    this.tab = name;
    this.#drawTabs();
    if (name === "home") this.#askHome();
    else this.list.toEnd();
  }

  draw() {
    const empty =
      this.channel.kind === "im"
        ? "Nothing yet between you and the app."
        : "Quiet so far. What goes wrong in the cluster will be told here.";
    this.list.show(this.ws.inChannel(this.channel.id), { newFrom: this.newFrom, empty });
  }

  /** Opening the tab tells the app, which then publishes what stands there. */
  async #askHome() {
    this.drawHome();
    this.app.told(await act(this.app.ws.as, { home: true }));
  }

  drawHome() {
    const { home } = this.app.ws;
    if (!home) {
      refill(this.home, h("div", { class: "empty" }, "The app has not published a Home tab for you yet."));
      return;
    }
    const context = {
      directory: this.app.ws,
      act: (action) => this.app.inView({ ...home, type: "home" }, action),
      options: (query) => this.app.actions.options({ ...query, view: home.id }),
    };
    refill(this.home, h("div", { class: "home-body" }, blocks(home.blocks, context)));
  }
}
