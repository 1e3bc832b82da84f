/**
 * Building nodes. Text only ever enters as a text node; nothing here or elsewhere assigns markup.
 */

const SVG = "http://www.w3.org/2000/svg";

/** One element: `h("button", {class: "x", onclick: f, "aria-label": "y"}, child, "text")`. */
export function h(tag, props = {}, ...children) {
  return fill(document.createElement(tag), props, children);
}

/** The same for SVG. */
export function s(tag, props = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), props, children);
}

function fill(node, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "value") node.value = value;
    else if (name === "checked") node.checked = Boolean(value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  append(node, children);
  return node;
}

/** Append nodes and texts, however deeply listed; nothing is appended for null, undefined and false. */
export function append(node, children) {
  for (const child of [children].flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return node;
}

/** Replace everything inside a node. */
export function refill(node, ...children) {
  node.replaceChildren();
  return append(node, children);
}

/** A small line icon; `paths` are SVG path data on a 20 × 20 grid. */
export function icon(name) {
  const paths = ICONS[name] ?? [];
  return s(
    "svg",
    { viewBox: "0 0 20 20", class: "icon", "aria-hidden": "true", focusable: "false" },
    paths.map((d) => s("path", { d })),
  );
}

const ICONS = {
  hash: ["M8 3 L6 17", "M14 3 L12 17", "M3.5 7.5 H17", "M3 12.5 H16.5"],
  back: ["M12 4 L6 10 L12 16"],
  close: ["M5 5 L15 15", "M15 5 L5 15"],
  down: ["M5 8 L10 13 L15 8"],
  eye: ["M2 10 C5 5 15 5 18 10 C15 15 5 15 2 10 Z", "M10 7.6 A2.4 2.4 0 1 1 9.99 7.6 Z"],
  send: ["M3 10 L17 3.5 L13 17 L9.5 11.5 Z", "M9.5 11.5 L17 3.5"],
  more: ["M4.4 10 h.2", "M9.9 10 h.2", "M15.4 10 h.2"],
  file: ["M5 2.5 h7 l4 4 v11 h-11 Z", "M12 2.5 v4 h4"],
  check: ["M4 10.5 L8.2 14.5 L16 6"],
  home: ["M3 9.5 L10 3.5 L17 9.5", "M5 8.5 V16.5 H15 V8.5"],
  reply: ["M8 5 L3 10 L8 15", "M3.5 10 H12 C16 10 17 13 17 16"],
  info: ["M10 9 V14.5", "M10 6 v.2", "M10 2.5 A7.5 7.5 0 1 1 9.99 2.5 Z"],
  download: ["M10 3 V13", "M5.5 9 L10 13.5 L14.5 9", "M4 17 H16"],
};

/** Keep the tab key inside a container: after the last focusable thing comes the first. */
export function trapFocus(container) {
  container.addEventListener("keydown", (event) => {
    if (event.key !== "Tab") return;
    const all = [...container.querySelectorAll(FOCUSABLE)].filter((node) => node.offsetParent !== null);
    if (all.length === 0) return;
    const first = all[0];
    const last = all[all.length - 1];
    if (event.shiftKey && document.activeElement === first) {
      event.preventDefault();
      last.focus();
    } else if (!event.shiftKey && document.activeElement === last) {
      event.preventDefault();
      first.focus();
    }
  });
}

const FOCUSABLE = [
  "a[href]",
  "button:not([disabled])",
  "input:not([disabled])",
  "textarea:not([disabled])",
  "select",
  "[tabindex]:not([tabindex='-1'])",
].join(", ");

/** Say something to a screen reader without showing it. */
export function announce(text) {
  const region = document.getElementById("announcer");
  if (region) region.textContent = text;
}

let counter = 0;

/** An id for aria references, unique on the page. */
export function uniqueId(prefix) {
  counter += 1;
  return `${prefix}-${counter}`;
}
