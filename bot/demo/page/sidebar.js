/**
 * The list of channels with what is unread, the app, and the choice of who one is.
 */

import { h, icon, refill } from "./dom.js";
import { openMenu } from "./menu.js";
import { avatar } from "./message.js";

const ROLES = {
  viewer: "may look, and change nothing",
  deployer: "may look everywhere, and act as far as the policy goes",
  approver: "decides on what others ask for",
  guest: "is an outsider, whom the app refuses",
};

/** What this person may do, in a sentence: the workspace's own words where it has some, else what the role means. */
export function roleSentence(person) {
  return person.may || ROLES[person.role] || person.title || "";
}

/** Draw the sidebar. `app`: {ws, current, unread(id), open(id), become(name)}. */
export function drawSidebar(root, app) {
  const { ws } = app;
  const rooms = ws.channels.filter(({ kind }) => kind !== "im");
  const apps = ws.channels.filter(({ kind }) => kind === "im");
  refill(
    root,
    h(
      "header",
      { class: "team" },
      h("img", { src: "/page/lighthouse.svg", alt: "", class: "team-face" }),
      h("div", {}, h("h1", {}, "Watchkeeper"), h("p", {}, "demo workspace")),
    ),
    h("div", { class: "side-scroll" }, group("Channels", rooms, app), group("Apps", apps, app)),
    persona(app),
  );
}

function group(title, channels, app) {
  if (!channels.length) return null;
  return h(
    "section",
    { "aria-label": title },
    h("h2", { class: "side-title" }, title),
    h(
      "ul",
      { class: "side-list" },
      channels.map((channel) => h("li", {}, entry(channel, app))),
    ),
  );
}

function entry(channel, app) {
  const unread = app.unread(channel.id);
  const current = app.current === channel.id;
  const isApp = channel.kind === "im";
  const name = isApp ? app.ws.bot.name : channel.name;
  return h(
    "button",
    {
      class: `side-entry${unread ? " unread" : ""}`,
      type: "button",
      "data-channel": channel.name || channel.id,
      "aria-current": current ? "page" : undefined,
      "aria-label": unread ? `${name}, ${unread} unread` : name,
      onclick: () => app.open(channel.id),
    },
    isApp ? h("img", { src: "/page/lighthouse.svg", alt: "", class: "side-face" }) : icon("hash"),
    h("span", { class: "side-name" }, name),
    unread ? h("span", { class: "dot", "aria-hidden": "true" }, unread > 99 ? "99+" : String(unread)) : null,
  );
}

function persona(app) {
  const { me } = app.ws;
  const node = h(
    "button",
    {
      class: "persona",
      type: "button",
      "aria-haspopup": "listbox",
      "aria-expanded": "false",
      "aria-label": `You are ${me.name}, ${me.role}. Be somebody else.`,
    },
    avatar({ name: me.real_name ?? me.name ?? "?", kind: "person", person: me }, app.ws),
    h(
      "span",
      { class: "persona-words" },
      h("span", {}, "You are ", h("strong", {}, me.name)),
      h("small", {}, me.role ? h("span", { class: "role" }, `${me.role}: `) : null, roleSentence(me)),
    ),
    icon("down"),
  );
  node.addEventListener("click", () =>
    openMenu(node, {
      label: "Who you are",
      items: app.ws.people.map((person) => ({
        label: `${person.real_name ?? person.name}${person.role ? `, ${person.role}` : ""}`,
        detail: roleSentence(person),
        value: person.name,
        selected: person.name === me.name,
        lead: avatar({ name: person.real_name ?? person.name, kind: "person", person }, app.ws, "face large"),
      })),
      onPick: (item) => app.become(item.value),
    }),
  );
  return node;
}
