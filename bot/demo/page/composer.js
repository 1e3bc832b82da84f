/**
 * Where a person types: slash commands with completion and a usage hint, messages, mentions.
 *
 * Enter sends what is written, Shift+Enter breaks the line. Tab takes the first completion, or the one chosen with the
 * arrows; Enter takes one only when it was chosen. Escape closes the list.
 */

import { complete } from "./api.js";
import { h, icon, refill, uniqueId } from "./dom.js";

const QUIET = 90; // milliseconds without a keystroke before completions are asked for
const HISTORY = 50;

export class Composer {
  /** `pane`: {ws(), label(), channel(), send(text) -> promise of an answer, inThread}. Threads take no commands. */
  constructor(root, pane) {
    this.pane = pane;
    this.past = [];
    this.pastAt = 0;
    this.options = [];
    this.active = -1;
    const listId = uniqueId("completions");
    this.list = h("ul", {
      class: "completions",
      role: "listbox",
      id: listId,
      "aria-label": "Completions",
      hidden: true,
    });
    this.field = h("textarea", {
      class: "composer-field",
      rows: 1,
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-controls": listId,
      "aria-expanded": "false",
      enterkeyhint: "send",
      autocapitalize: "off",
      autocomplete: "off",
      spellcheck: "false",
    });
    this.button = h(
      "button",
      { class: "send", type: "button", "aria-label": "Send", disabled: true, onclick: () => this.send() },
      icon("send"),
    );
    this.hint = h("div", { class: "composer-hint", "aria-live": "polite" });
    this.pending = h("div", { class: "pending", role: "status" });
    refill(
      root,
      this.pending,
      h("div", { class: "composer-box" }, this.list, h("div", { class: "composer-row" }, this.field, this.button)),
      this.hint,
    );
    this.field.addEventListener("input", () => this.#typed());
    this.field.addEventListener("keydown", (event) => this.#key(event));
    this.field.addEventListener("blur", () => setTimeout(() => this.#close(), 150));
    this.refresh();
  }

  /** The words around the field follow the channel and the person. */
  refresh() {
    this.field.placeholder = this.pane.label();
    this.field.setAttribute("aria-label", this.pane.label());
    this.#showHint();
  }

  focus() {
    this.field.focus();
  }

  set(text) {
    this.field.value = text;
    this.#typed();
  }

  async send() {
    const text = this.field.value.trim();
    if (!text) return;
    this.past = [...this.past.filter((each) => each !== text), text].slice(-HISTORY);
    this.pastAt = this.past.length;
    this.field.value = "";
    this.#close();
    this.#typed(false);
    const isCommand = text.startsWith("/");
    const line = isCommand
      ? h("div", { class: "pending-line" }, h("span", { class: "spinner", "aria-hidden": "true" }), h("code", {}, text))
      : null;
    if (line) this.pending.append(line);
    const answer = await this.pane.send(text);
    line?.remove();
    if (!answer.ok && !this.field.value) this.set(text);
  }

  #typed(ask = true) {
    const { field } = this;
    field.style.height = "auto";
    field.style.height = `${Math.min(field.scrollHeight, 160)}px`;
    this.button.disabled = !field.value.trim();
    this.#showHint();
    clearTimeout(this.timer);
    this.asked?.abort();
    // What was offered for an earlier text must not be taken for this one.
    this.#offer(ask ? this.options.filter((option) => option.text.startsWith(field.value)) : [], field.value);
    if (ask) this.timer = setTimeout(() => this.#ask(), QUIET);
  }

  #showHint() {
    const text = this.field.value;
    if (this.pane.inThread) {
      refill(this.hint, text.startsWith("/") ? "Slash commands work in the channel, not in a thread." : "");
      return;
    }
    const command = this.pane
      .ws()
      .commands.find((each) => text === each.command || text.startsWith(`${each.command} `));
    if (command)
      refill(
        this.hint,
        h("code", {}, `${command.command} ${command.usage_hint ?? ""}`.trim()),
        " ",
        command.description ?? "",
      );
    else if (text)
      refill(this.hint, h("kbd", {}, "Enter"), " sends, ", h("kbd", {}, "Shift Enter"), " breaks the line");
    else refill(this.hint, "Type ", h("code", {}, this.pane.ws().commands[0]?.command ?? "/"), " to ask the cluster");
  }

  async #ask() {
    const text = this.field.value;
    if (!text) return this.#close();
    const mention = /(^|\s)@([\w.-]*)$/.exec(text);
    if (mention) return this.#offer(this.#people(text, mention[2]), text);
    if (!text.startsWith("/") || this.pane.inThread) return this.#close();
    const own = this.#commands(text);
    if (own.length) return this.#offer(own, text);
    const asked = (this.asked = new AbortController());
    const offered = await complete(this.pane.ws().as, this.pane.channel(), text, asked.signal);
    if (!asked.signal.aborted && this.field.value === text) this.#offer(offered, text);
  }

  #commands(text) {
    if (text.includes(" ")) return [];
    return this.pane
      .ws()
      .commands.filter(({ command }) => command.startsWith(text))
      .map((each) => ({ text: `${each.command} `, hint: each.description }));
  }

  #people(text, begun) {
    const { people, bot } = this.pane.ws();
    const before = text.slice(0, text.length - begun.length);
    return [{ name: bot.name, real_name: "app" }, ...people]
      .filter(({ name }) => name?.toLowerCase().startsWith(begun.toLowerCase()))
      .map(({ name, real_name: detail }) => ({ text: `${before}${name} `, label: `@${name}`, hint: detail }));
  }

  /** None is marked at first: Enter sends what is written until somebody moves in the list. */
  #offer(offered, typed) {
    this.options = offered.filter((option) => option.text.trim() !== typed.trim()).slice(0, 12);
    if (!this.options.length) return this.#close();
    refill(
      this.list,
      this.options.map((option, index) =>
        h(
          "li",
          {
            class: "completion",
            role: "option",
            id: `${this.list.id}-${index}`,
            "aria-selected": "false",
            onpointerdown: (event) => (event.preventDefault(), this.#take(index)),
          },
          h("span", { class: "completion-text" }, option.label ?? option.text),
          h("small", {}, option.hint ?? ""),
          index === 0 && h("kbd", { "aria-hidden": "true" }, "Tab"),
        ),
      ),
    );
    this.list.hidden = false;
    this.field.setAttribute("aria-expanded", "true");
    this.#mark(-1);
    return undefined;
  }

  #mark(index) {
    this.active = index;
    [...this.list.children].forEach((node, at) => {
      node.setAttribute("aria-selected", String(at === index));
      node.classList.toggle("active", at === index);
      if (at === index) node.scrollIntoView({ block: "nearest" });
    });
    if (index < 0) this.field.removeAttribute("aria-activedescendant");
    else this.field.setAttribute("aria-activedescendant", `${this.list.id}-${index}`);
  }

  #take(index) {
    const option = this.options[index];
    this.#close();
    if (!option) return;
    this.field.value = option.text;
    this.field.setSelectionRange(option.text.length, option.text.length);
    this.field.focus();
    this.#typed();
  }

  #close() {
    this.options = [];
    this.active = -1;
    this.list.hidden = true;
    this.list.replaceChildren();
    this.field.setAttribute("aria-expanded", "false");
    this.field.removeAttribute("aria-activedescendant");
  }

  #key(event) {
    if (event.isComposing) return; // an input method is still writing the character
    const open = this.options.length > 0;
    const step = (by) => this.#mark((this.active + by + this.options.length) % this.options.length);
    const keys = {
      ArrowDown: open && (() => step(1)),
      ArrowUp: open
        ? () => (this.active < 0 ? this.#mark(this.options.length - 1) : step(-1))
        : this.#recalls() && (() => this.#recall(-1)),
      Tab: open && !event.shiftKey && (() => this.#take(Math.max(this.active, 0))),
      Enter: !event.shiftKey && (() => (open && this.active >= 0 ? this.#take(this.active) : this.send())),
      Escape: open && (() => this.#close()),
    };
    if (!open && event.key === "ArrowDown" && this.#recalls()) keys.ArrowDown = () => this.#recall(1);
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  /** Arrows walk through what was sent before, from an empty field or from such a line. */
  #recalls() {
    return this.past.length > 0 && (this.field.value === "" || this.field.value === this.past[this.pastAt]);
  }

  #recall(by) {
    this.pastAt = Math.max(0, Math.min(this.past.length, this.pastAt + by));
    this.field.value = this.past[this.pastAt] ?? "";
    this.#typed(false);
  }
}
