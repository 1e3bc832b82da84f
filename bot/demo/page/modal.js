/**
 * The app's modals: the top one of the stack is shown, with its inputs, its complaints and its two buttons.
 */

import { blocks } from "./blocks.js";
import { openDialog } from "./dialog.js";
import { h, icon, refill, uniqueId } from "./dom.js";
import { Form } from "./form.js";
import { avatar } from "./message.js";
import { plainOf } from "./mrkdwn.js";

export class Modals {
  /** `actions`: {inView(view, action), options(query)}. */
  constructor(actions) {
    this.actions = actions;
    this.forms = new Map();
    this.dialog = null;
    this.shown = null;
  }

  /** Make the page agree with the stack of views. */
  show(ws) {
    this.ws = ws;
    const view = ws.views.filter(({ type }) => type !== "home").at(-1);
    for (const id of this.forms.keys()) if (!ws.views.some((each) => each.id === id)) this.forms.delete(id);
    if (!view) {
      this.#close();
      return;
    }
    if (!this.dialog) this.#open();
    if (this.shown !== view) this.#draw(view);
  }

  #open() {
    this.titleId = uniqueId("modal");
    this.dialog = openDialog("modal", this.titleId);
    this.dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.#dismiss();
    });
  }

  #close() {
    const { dialog } = this;
    this.dialog = null;
    this.shown = null;
    dialog?.close();
  }

  #draw(view, errors = {}) {
    const sameView = this.shown?.id === view.id;
    const focused = sameView ? document.activeElement?.dataset?.action : undefined;
    const form = this.forms.get(view.id) ?? new Form();
    this.forms.set(view.id, form);
    form.limit(view);
    this.shown = view;
    const context = {
      directory: this.ws,
      form,
      errors,
      act: (action) => this.actions.inView(view, action),
      options: (query) => this.actions.options({ ...query, view: view.id }),
    };
    const body = h("div", { class: "modal-body" }, blocks(view.blocks, context));
    refill(this.dialog, this.#head(view), this.#frame(view, body, form));
    this.#focus(body, focused, errors);
  }

  #head(view) {
    const depth = this.ws.views.length;
    return h(
      "header",
      { class: "modal-head" },
      avatar({ kind: "app", name: this.ws.bot.name }, this.ws, "modal-face"),
      h(
        "h2",
        { id: this.titleId },
        plainOf(view.title) || this.ws.bot.name,
        depth > 1 ? h("small", { class: "modal-depth" }, ` step ${depth}`) : null,
      ),
      h(
        "button",
        { class: "tool", type: "button", "aria-label": "Close", onclick: () => this.#dismiss() },
        icon("close"),
      ),
    );
  }

  #frame(view, body, form) {
    const close = h(
      "button",
      { class: "button", type: "button", onclick: () => this.#dismiss() },
      plainOf(view.close) || "Cancel",
    );
    const hasInput = (view.blocks ?? []).some(({ type }) => type === "input");
    const submit =
      view.submit || hasInput
        ? h(
            "button",
            { class: "button primary", type: "submit" },
            h("span", { class: "button-label" }, plainOf(view.submit) || "Submit"),
          )
        : null;
    const frame = h(
      "form",
      { class: "modal-form", novalidate: true, autocomplete: "off" },
      body,
      h("footer", { class: "dialog-buttons" }, close, submit),
    );
    frame.addEventListener("submit", (event) => {
      event.preventDefault();
      if (submit) this.#submit(view, form, submit);
    });
    return frame;
  }

  async #submit(view, form, button) {
    if (button.classList.contains("busy")) return;
    const problems = form.problems(view);
    if (Object.keys(problems).length) {
      this.#draw(view, problems);
      return;
    }
    button.classList.add("busy");
    const answer = await this.actions.inView(view, { submit: form.values() });
    button.classList.remove("busy");
    const errors = errorsOf(answer, view);
    if (errors && this.shown?.id === view.id) this.#draw(this.shown, errors);
  }

  #dismiss() {
    const view = this.shown;
    if (!view) return;
    this.actions.inView(view, { close: true });
    this.ws.closeView(view.id);
  }

  #focus(body, focused, errors) {
    const wrong = Object.keys(errors).length ? body.querySelector(".invalid [data-action]") : null;
    const same = focused ? body.querySelector(`[data-action="${CSS.escape(focused)}"]`) : null;
    const first = body.querySelector("[autofocus], .input [data-action], .input input");
    (wrong ?? same ?? first ?? this.dialog.querySelector("[type=submit], .dialog-buttons .button"))?.focus();
  }
}

/** The app's complaints about a submission: {block_id: sentence}. */
function errorsOf(answer, view) {
  const given =
    answer.errors ?? (answer.seen ?? []).find((each) => each?.errors && (!each.id || each.id === view.id))?.errors;
  return given && Object.keys(given).length ? given : undefined;
}
