/**
 * Small dialogs: Slack's "are you sure" before an element acts, and a picture in full size.
 */

import { h, trapFocus, uniqueId } from "./dom.js";
import { plainOf, textObject } from "./mrkdwn.js";

/** A dialog element that is open, named and keeps the keyboard; removed when it closes. */
export function openDialog(className, titleId, ...children) {
  const dialog = h("dialog", { class: `dialog ${className}`, "aria-labelledby": titleId }, children);
  const before = document.activeElement;
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (before?.isConnected) before.focus();
  });
  trapFocus(dialog);
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** Resolves to true when the person confirms, at once where there is nothing to confirm. */
export function confirmed(confirm, directory) {
  if (!confirm) return Promise.resolve(true);
  return new Promise((resolve) => {
    const title = uniqueId("confirm");
    const body = uniqueId("confirm-text");
    const answer = (yes) => () => {
      resolve(yes);
      dialog.close();
    };
    const style = confirm.style === "danger" ? "button danger" : "button primary";
    const yes = h("button", { class: style, type: "button", onclick: answer(true) }, plainOf(confirm.confirm) || "Yes");
    const dialog = openDialog(
      "confirm",
      title,
      h("h2", { id: title }, plainOf(confirm.title) || "Are you sure?"),
      h("div", { class: "confirm-text", id: body }, textObject(confirm.text, directory)),
      h(
        "div",
        { class: "dialog-buttons" },
        h("button", { class: "button", type: "button", onclick: answer(false) }, plainOf(confirm.deny) || "Cancel"),
        yes,
      ),
    );
    dialog.setAttribute("aria-describedby", body);
    dialog.addEventListener("close", () => resolve(false));
    yes.focus();
  });
}

const TOAST = 8000; // milliseconds that a passing line stays

/** A passing line above whatever is open; for what has no channel to be told in. */
export function toast(text) {
  const line = h("div", { class: "toast", role: "alert" }, text);
  (document.querySelector("dialog[open]:last-of-type") ?? document.body).append(line);
  setTimeout(() => line.remove(), TOAST);
}

/** Ask where the element asks for it, then do it, and show that it is being done. */
export async function perform(node, each, block, context, value) {
  if (!(await confirmed(each.confirm, context.directory))) return false;
  node.classList.add("busy");
  node.setAttribute("aria-busy", "true");
  await context.act({ button: each.action_id, block_id: block.block_id, ...(value === undefined ? {} : { value }) });
  node.classList.remove("busy");
  node.removeAttribute("aria-busy");
  return true;
}

/** A picture as large as the screen allows. */
export function enlarge(url, alt, title) {
  const heading = uniqueId("picture");
  const dialog = openDialog(
    "picture",
    heading,
    h("h2", { id: heading, class: title ? undefined : "sr-only" }, title || "Picture"),
    h("img", { src: url, alt }),
    h(
      "div",
      { class: "dialog-buttons" },
      h("button", { class: "button", type: "button", onclick: () => dialog.close() }, "Close"),
    ),
  );
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
}
