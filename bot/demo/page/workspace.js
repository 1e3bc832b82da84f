/**
 * What one person sees of the workspace: the state as fetched, kept current by the stream.
 *
 * Panes listen to it: "reset", "message", "views", "home", "notice", "connection". It knows nothing of nodes.
 */

import { fetchState, openStream } from "./api.js";

const RETRY = 1500; // milliseconds before the next try after the stream broke

export class Workspace extends EventTarget {
  constructor(as) {
    super();
    this.as = as;
    this.seq = 0;
    this.me = { id: "", name: as, role: "" };
    this.people = [];
    this.channels = [];
    this.messages = new Map();
    this.views = [];
    this.home = null;
    this.commands = [];
    this.shortcuts = [];
    this.groups = [];
    this.bot = { id: "", name: "Watchkeeper" };
    this.team = { name: "Watchkeeper demo workspace" };
    this.connected = false;
    this.stopped = false;
  }

  /** Fetch and follow until `stop`. Resolves when there is something to show, or the first try failed. */
  async start() {
    try {
      this.#take(await fetchState(this.as));
    } catch {
      this.#lost();
      return;
    }
    if (this.stopped) return;
    this.close = openStream(
      this.as,
      this.seq,
      (event) => this.#apply(event),
      () => this.#lost(),
    );
    this.#connection(true);
    this.#tell("reset");
  }

  stop() {
    this.stopped = true;
    this.close?.();
  }

  #lost() {
    if (this.stopped) return;
    this.#connection(false);
    setTimeout(() => this.stopped || this.start(), RETRY);
  }

  #connection(connected) {
    this.connected = connected;
    this.#tell("connection");
  }

  #tell(type, detail = {}) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  #take(state) {
    const kept = this.#keptNotes();
    Object.assign(this, {
      seq: state.seq ?? 0,
      team: state.team ?? this.team,
      me: state.me ?? this.me,
      people: state.people ?? [],
      channels: state.channels ?? [],
      views: state.views ?? [],
      home: state.home ?? null,
      commands: state.commands ?? [],
      shortcuts: state.shortcuts ?? [],
      groups: state.groups ?? [],
      bot: state.bot ?? this.bot,
    });
    this.messages = new Map();
    for (const [channel, messages] of Object.entries(state.messages ?? {})) {
      for (const message of messages) this.#put(channel, message);
    }
    for (const [channel, note] of kept) this.#put(channel, note);
  }

  /** Slack's own notices live on this page only; a reconnect does not take them away. */
  #keptNotes() {
    return [...this.messages].flatMap(([channel, all]) =>
      [...all.values()].filter((message) => message.local).map((message) => [channel, message]),
    );
  }

  #put(channel, message) {
    if (!this.messages.has(channel)) this.messages.set(channel, new Map());
    this.messages.get(channel).set(message.ts, message);
    if (message.bot_id && message.user) this.botUser = message.user;
  }

  #apply(event) {
    if (event.seq !== undefined && event.seq <= this.seq) return;
    if (event.seq !== undefined) this.seq = event.seq;
    const channel = event.channel ?? event.message?.channel;
    const apply = {
      message: () => this.#received(channel, event.message, true),
      ephemeral: () => this.#received(channel, { ...event.message, ephemeral: true }, true),
      message_changed: () => this.#received(channel, event.message, false),
      message_deleted: () => this.#removed(channel, event.ts ?? event.message?.ts),
      reaction: () => event.message && this.#received(channel, event.message, false),
      view: () => this.#viewed(event.view),
      view_closed: () => this.#closed(event.view?.id ?? event.view),
      home: () => {
        this.home = event.view;
        this.#tell("home");
      },
      notice: () => (channel ? this.note(channel, event.text, event.ts) : this.#tell("notice", { text: event.text })),
    }[event.type];
    apply?.();
  }

  #received(channel, message, isNew) {
    if (!channel || !message?.ts) return;
    const known = this.messages.get(channel)?.has(message.ts);
    this.#put(channel, message);
    this.#tell("message", { channel, ts: message.ts, isNew: isNew && !known });
  }

  #removed(channel, ts) {
    if (!this.messages.get(channel)?.delete(ts)) return;
    this.#tell("message", { channel, ts, isNew: false });
  }

  #viewed(view) {
    if (!view) return;
    if (view.type === "home") {
      this.home = view;
      this.#tell("home");
      return;
    }
    const at = this.views.findIndex((other) => other.id === view.id);
    if (at >= 0) this.views[at] = view;
    else this.views.push(view);
    this.#tell("views");
  }

  #closed(id) {
    this.views = id ? this.views.filter((view) => view.id !== id) : [];
    this.#tell("views");
  }

  /** Take a modal off the stack without waiting for the stream to say so. */
  closeView(id) {
    this.#closed(id);
  }

  /** A line that only this page knows: what Slack itself, or the page, tells the person. */
  note(channel, text, ts = `${(Date.now() / 1000).toFixed(6)}`, threadTs = undefined) {
    const message = { ts, channel, text, ephemeral: true, local: true, thread_ts: threadTs };
    this.#put(channel, message);
    this.#tell("message", { channel, ts, isNew: true });
  }

  /** Take an ephemeral line off this person's screen. */
  dismiss(channel, ts) {
    this.#removed(channel, ts);
  }

  message(channel, ts) {
    return this.messages.get(channel)?.get(ts);
  }

  /** What stands in a channel: no thread replies, but those that were also sent to the channel. */
  inChannel(channel) {
    return this.#sorted(channel).filter(
      (message) => !message.thread_ts || message.thread_ts === message.ts || message.subtype === "thread_broadcast",
    );
  }

  inThread(channel, ts) {
    return this.#sorted(channel).filter((message) => message.thread_ts === ts && message.ts !== ts);
  }

  #sorted(channel) {
    return [...(this.messages.get(channel)?.values() ?? [])].sort((one, other) => Number(one.ts) - Number(other.ts));
  }

  channel(id) {
    return this.channels.find((channel) => channel.id === id || channel.name === id);
  }

  person(id) {
    return this.people.find((person) => person.id === id) ?? (id === this.me.id ? this.me : undefined);
  }

  userName(id) {
    return (
      this.person(id)?.name ?? ([this.bot.id, this.bot.user_id, this.botUser].includes(id) ? this.bot.name : undefined)
    );
  }

  channelName(id) {
    return this.channels.find((channel) => channel.id === id)?.name;
  }

  groupName(id) {
    return this.groups.find((group) => group.id === id)?.handle;
  }
}
