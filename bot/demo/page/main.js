/**
 * The page put together: one person's workspace, three panes, and what a person can do in them.
 *
 * The address says who one is and where: `/?as=dana#k8s-alerts`.
 */

import { act } from "./api.js";
import { toast } from "./dialog.js";
import { h } from "./dom.js";
import { closeMenu, openMenu } from "./menu.js";
import { Modals } from "./modal.js";
import { ChannelPane } from "./channel.js";
import { Reads } from "./reads.js";
import { drawSidebar } from "./sidebar.js";
import { ThreadPane } from "./thread.js";
import { Workspace } from "./workspace.js";

const REFUSALS = {
  operation_timeout: "The app did not answer within three seconds (operation_timeout).",
  dispatch_failed: "The app cannot be reached (dispatch_failed).",
  trigger_expired: "That took too long; please try again (trigger_expired).",
};

class App {
  constructor() {
    this.ws = null;
    this.current = null;
    this.thread = null;
    this.side = document.getElementById("sidebar");
    this.modals = new Modals({
      inView: (view, action) => this.inView(view, action),
      options: (query) => act(this.ws.as, { options: query }),
    });
    this.channelPane = new ChannelPane(document.getElementById("channel"), this);
    this.threadPane = new ThreadPane(document.getElementById("thread"), this);
    this.actions = {
      press: (message, action, how) => this.press(message, action, how),
      options: (query) => act(this.ws.as, { options: query }),
      openThread: (ts) => this.openThread(ts),
      shortcuts: (anchor, message) => this.shortcuts(anchor, message),
    };
    window.addEventListener("hashchange", () => this.followAddress());
    window.addEventListener("popstate", () => this.followAddress());
    document.addEventListener("keydown", (event) => this.key(event));
  }

  /** See the workspace as this person. */
  async become(name) {
    closeMenu();
    this.ws?.stop();
    const ws = new Workspace(name);
    this.ws = ws;
    this.reads = new Reads(name);
    this.thread = null;
    remember(name);
    const address = new URL(window.location.href);
    address.searchParams.set("as", name);
    window.history.replaceState(null, "", address);
    ws.addEventListener("reset", () => this.reset());
    ws.addEventListener("message", ({ detail }) => this.changed(detail));
    ws.addEventListener("views", () => this.modals.show(ws));
    ws.addEventListener("notice", ({ detail }) => this.told({ ok: false, detail: detail.text }));
    ws.addEventListener("home", () => this.channelPane.drawHome());
    ws.addEventListener("connection", () => document.body.classList.toggle("disconnected", !ws.connected));
    await ws.start();
  }

  reset() {
    const wanted = decodeURIComponent(window.location.hash.slice(1));
    const channel =
      this.ws.channel(wanted) ?? this.ws.channel(this.current) ?? this.ws.channel("k8s-alerts") ?? this.ws.channels[0];
    this.reads.begin(this.ws);
    document.title = this.ws.team.name ?? "Watchkeeper demo workspace";
    if (channel) this.open(channel.id, { stay: true });
    this.modals.show(this.ws);
    document.body.dataset.ready = this.ws.as;
  }

  /** Go to a channel. `stay` leaves a phone on the pane that it shows. */
  open(id, { stay = false } = {}) {
    const moved = this.current !== id;
    this.current = id;
    if (moved) this.closeThread();
    const channel = this.ws.channel(id);
    const hash = `#${encodeURIComponent(channel.name || channel.id)}`;
    if (window.location.hash !== hash) window.history.pushState(null, "", hash);
    this.channelPane.open(channel);
    if (this.thread) this.threadPane.open(channel, this.thread);
    this.seen();
    if (!stay) show("channel");
    this.drawSide();
  }

  followAddress() {
    const channel = this.ws?.channel(decodeURIComponent(window.location.hash.slice(1)));
    if (channel && channel.id !== this.current) this.open(channel.id);
  }

  openThread(ts) {
    this.thread = ts;
    document.body.classList.add("with-thread");
    this.threadPane.open(this.ws.channel(this.current), ts);
    show("thread");
    const phone = window.matchMedia("(width < 760px)").matches; // where a keyboard would cover the thread
    if (!phone) this.threadPane.composer.focus();
  }

  closeThread() {
    this.thread = null;
    document.body.classList.remove("with-thread");
    show("channel");
  }

  changed({ channel, ts, isNew }) {
    const message = this.ws.message(channel, ts);
    if (channel === this.current) {
      this.channelPane.draw();
      if (this.thread) this.threadPane.draw();
      const inThread = message?.thread_ts && message.thread_ts !== ts && message.subtype !== "thread_broadcast";
      if (isNew && message && !inThread) this.channelPane.list.arrived(message);
      this.seen();
    }
    this.drawSide();
  }

  /** What stands on the screen has been read, while somebody looks at it. */
  seen() {
    if (!document.hidden) this.reads.read(this.current, this.ws);
  }

  unread(id) {
    return this.reads.unread(id, this.ws);
  }

  drawSide() {
    drawSidebar(this.side, this);
    const waiting = this.ws.channels.filter(({ id }) => this.unread(id)).length;
    document.title = `${waiting ? `(${waiting}) ` : ""}${this.ws.team.name}`;
    document.body.classList.toggle("has-unread", waiting > 0);
  }

  /** A line typed into a composer. */
  async send(text, threadTs) {
    const what = text.startsWith("/") ? { command: text } : { text };
    const place = threadTs ? { thread_ts: threadTs } : {};
    return this.told(await act(this.ws.as, { channel: this.current, ...place, ...what }), threadTs);
  }

  async press(message, action, { quietly = false } = {}) {
    const answer = await act(this.ws.as, { channel: message.channel, message: message.ts, ...action });
    return quietly ? answer : this.told(answer, message.thread_ts);
  }

  async inView(view, action) {
    const target = view.type === "home" ? { home: true } : { view: view.id };
    const answer = await act(this.ws.as, { ...target, ...action });
    return answer.errors ? answer : this.told(answer);
  }

  /** A refusal of the workspace itself becomes a line that only this person sees. */
  told(answer, threadTs) {
    if (answer.ok) return answer;
    const text = answer.detail || REFUSALS[answer.error] || `Not done: ${answer.error ?? "no answer"}`;
    if (this.listInSight()) this.ws.note(this.current, text, undefined, threadTs);
    else toast(text);
    return answer;
  }

  /** Would a line in the channel be seen now? */
  listInSight() {
    return !document.querySelector("dialog[open]") && this.channelPane.tab !== "home";
  }

  shortcuts(anchor, message) {
    openMenu(anchor, {
      label: "Message shortcuts",
      items: this.ws.shortcuts.map((each) => ({
        label: each.name ?? each.callback_id,
        detail: each.description,
        value: each.callback_id,
      })),
      onPick: (item) => this.press(message, { shortcut: item.value }),
    });
  }

  key(event) {
    if (event.key === "Escape" && this.thread && !document.querySelector("dialog[open]")) this.closeThread();
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName ?? "");
    if (event.key === "/" && !typing && !document.querySelector("dialog[open]")) {
      event.preventDefault();
      this.channelPane.composer.focus();
      this.channelPane.composer.set("/");
    }
  }
}

/** Which pane a phone shows; wider screens show them all. */
function show(pane) {
  document.body.dataset.pane = pane;
}

function remember(name) {
  try {
    window.localStorage.setItem("as", name);
  } catch {
    // a browser that keeps nothing starts with the default person
  }
}

function remembered() {
  try {
    return window.localStorage.getItem("as");
  } catch {
    return null;
  }
}

const app = new App();
document
  .getElementById("reconnecting")
  .append(h("span", { class: "spinner", "aria-hidden": "true" }), " Reconnecting to the demo workspace…");
document.addEventListener("visibilitychange", () => app.ws && app.current && (app.seen(), app.drawSide()));
app.become(new URLSearchParams(window.location.search).get("as") ?? remembered() ?? "dana");
