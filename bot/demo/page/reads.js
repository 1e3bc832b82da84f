/**
 * What a person has read, channel by channel; kept for the browser's session, apart for each person.
 */

export class Reads {
  constructor(as) {
    this.key = `read:${as}`;
    this.at = load(this.key);
  }

  /** On the first visit everything that is there counts as read; news are what comes from now on. */
  begin(ws) {
    for (const { id } of ws.channels) if (!(id in this.at)) this.at[id] = newest(ws, id);
    this.#save();
  }

  read(id, ws) {
    this.at[id] = Math.max(this.at[id] ?? 0, newest(ws, id));
    this.#save();
  }

  /** How many messages of others came since. */
  unread(id, ws) {
    return ws.inChannel(id).filter((message) => this.#isNew(message, id, ws)).length;
  }

  /** The timestamp of the first message that came since. */
  firstNew(id, ws) {
    return ws.inChannel(id).find((message) => this.#isNew(message, id, ws))?.ts;
  }

  #isNew(message, id, ws) {
    return Number(message.ts) > (this.at[id] ?? 0) && message.user !== ws.me.id && !message.local;
  }

  #save() {
    try {
      window.sessionStorage.setItem(this.key, JSON.stringify(this.at));
    } catch {
      // without storage the dots last until the page is reloaded
    }
  }
}

function newest(ws, id) {
  return Math.max(0, ...ws.inChannel(id).map(({ ts }) => Number(ts)));
}

function load(key) {
  try {
    return JSON.parse(window.sessionStorage.getItem(key)) ?? {};
  } catch {
    return {};
  }
}
