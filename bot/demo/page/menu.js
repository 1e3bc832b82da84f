/**
 * One list to choose from, for every menu of the page: selects, multi selects, overflow, the choice of a person.
 *
 * It opens under its button (on a phone: from the bottom), takes the keyboard, and gives it back when it closes.
 */

import { h, icon, refill, uniqueId } from "./dom.js";

let closeOpen = null;

/** Close the menu that is open, if one is. */
export function closeMenu() {
  closeOpen?.();
}

/**
 * `items`: [{label, detail?, value, group?, selected?, lead?}], or `load(query)` that resolves to them.
 * `onPick(item)` is called once for a simple menu, and for every toggle when `multi` is set; `onClose` at the end.
 */
export function openMenu(
  anchor,
  { items = [], load, onPick, onClose, multi = false, search = false, label = "Options" },
) {
  closeMenu();
  const id = uniqueId("menu");
  const list = h("ul", {
    class: "menu-list",
    role: "listbox",
    id,
    "aria-label": label,
    "aria-multiselectable": multi || undefined,
  });
  const field = search || load ? searchField(id) : null;
  const panel = h("div", { class: "menu-panel" }, field, list);
  const sheet = h("div", { class: "menu-sheet" }, panel);
  const state = { items, shown: [], active: -1, panel, list, field, multi };

  const close = (refocus = true) => {
    if (closeOpen !== close) return;
    closeOpen = null;
    sheet.remove();
    anchor.setAttribute("aria-expanded", "false");
    if (refocus) anchor.focus();
    onClose?.();
  };
  const pick = (item) => {
    if (!item) return;
    if (multi) item.selected = !item.selected;
    else close();
    onPick(item);
    if (multi) show(state, pick);
  };

  closeOpen = close;
  anchor.setAttribute("aria-expanded", "true");
  (anchor.closest("dialog") ?? document.body).append(sheet);
  sheet.addEventListener("pointerdown", (event) => event.target === sheet && (event.preventDefault(), close()));
  sheet.addEventListener("keydown", (event) => onKey(event, state, pick, close));
  field?.addEventListener("input", () => filter(state, load, pick));
  filter(state, load, pick).then(() => place(panel, anchor, items));
  place(panel, anchor, items);
  (field ?? list).focus();
}

function searchField(id) {
  return h("input", {
    class: "menu-search",
    type: "search",
    placeholder: "Type to search",
    role: "combobox",
    autocomplete: "off",
    "aria-label": "Search options",
    "aria-controls": id,
    "aria-expanded": "true",
    "aria-autocomplete": "list",
  });
}

async function filter(state, load, pick) {
  const query = state.field?.value.trim() ?? "";
  if (load) {
    state.query = query;
    if (!state.items.length) refill(state.list, h("li", { class: "menu-note" }, "Loading…"));
    const loaded = await load(query);
    if (state.query !== query) return; // a later keystroke has asked again
    state.items = loaded;
    state.shown = loaded;
  } else {
    const wanted = query.toLowerCase();
    state.shown = state.items.filter((item) => `${item.label} ${item.detail ?? ""}`.toLowerCase().includes(wanted));
  }
  const chosen = state.shown.findIndex((item) => item.selected);
  state.active = state.shown.length ? Math.max(chosen, 0) : -1;
  show(state, pick);
}

function show(state, pick) {
  const { list, shown } = state;
  refill(list);
  if (!shown.length) list.append(h("li", { class: "menu-note" }, "Nothing matches"));
  let group;
  shown.forEach((item, index) => {
    if (item.group && item.group !== group)
      list.append(h("li", { class: "menu-group", role: "presentation" }, item.group));
    group = item.group;
    list.append(
      h(
        "li",
        {
          class: "menu-item",
          role: "option",
          id: `${list.id}-${index}`,
          "aria-selected": String(Boolean(item.selected)),
          onclick: () => pick(item),
          onpointermove: () => state.active !== index && mark(state, index),
        },
        item.lead ?? null,
        h("span", { class: "menu-text" }, h("span", {}, item.label), item.detail ? h("small", {}, item.detail) : null),
        item.selected ? icon("check") : null,
      ),
    );
  });
  mark(state, state.active);
}

function mark(state, index) {
  state.active = index;
  const holder = state.field ?? state.list;
  state.list.setAttribute("tabindex", state.field ? "-1" : "0");
  for (const node of state.list.querySelectorAll(".menu-item")) node.classList.remove("active");
  const node = document.getElementById(`${state.list.id}-${index}`);
  if (!node) {
    holder.removeAttribute("aria-activedescendant");
    return;
  }
  node.classList.add("active");
  node.scrollIntoView({ block: "nearest" });
  holder.setAttribute("aria-activedescendant", node.id);
}

function onKey(event, state, pick, close) {
  const last = state.shown.length - 1;
  const keys = {
    ArrowDown: () => mark(state, state.active >= last ? 0 : state.active + 1),
    ArrowUp: () => mark(state, state.active <= 0 ? last : state.active - 1),
    Home: () => !state.field && mark(state, 0),
    End: () => !state.field && mark(state, last),
    Enter: () => pick(state.shown[state.active]),
    Escape: () => close(),
    Tab: () => close(),
  };
  if (event.key === " " && !state.field) keys[" "] = keys.Enter;
  const act = keys[event.key];
  if (!act) return;
  event.preventDefault();
  event.stopPropagation(); // Escape closes the menu and not the dialog around it
  act();
}

/** Under the button where there is room, above it where there is not; the style sheet decides on a phone. */
function place(panel, anchor, items) {
  const button = anchor.getBoundingClientRect();
  const width = Math.min(
    Math.max(button.width, items.some(({ detail }) => detail) ? 320 : 240),
    window.innerWidth - 16,
  );
  const below = window.innerHeight - button.bottom - 12;
  const upward = below < 200 && button.top > below;
  panel.style.setProperty("--menu-width", `${width}px`);
  panel.style.setProperty("--menu-left", `${Math.max(8, Math.min(button.left, window.innerWidth - width - 8))}px`);
  panel.style.setProperty("--menu-top", upward ? "auto" : `${button.bottom + 4}px`);
  panel.style.setProperty("--menu-bottom", upward ? `${window.innerHeight - button.top + 4}px` : "auto");
  panel.style.setProperty("--menu-height", `${Math.min(360, (upward ? button.top : below) - 8)}px`);
}
