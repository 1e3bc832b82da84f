/**
 * The `table` and `data_table` blocks. Wide ones scroll inside their own frame.
 */

import { h, refill } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { richText } from "./richtext.js";

function content(cell, directory) {
  if (cell === null || cell === undefined) return "";
  if (typeof cell !== "object") return String(cell);
  if (cell.type === "rich_text") return richText(cell, directory);
  return withEmoji(cell.text ?? cell.value ?? "");
}

function words(cell) {
  if (cell === null || cell === undefined) return "";
  if (cell.type !== "rich_text") return String(cell.text ?? cell.value ?? cell);
  return h("div", {}, richText(cell)).textContent;
}

function classOf(setting) {
  const align = ["center", "right"].includes(setting?.align) ? `align-${setting.align}` : "";
  return `${align} ${setting?.is_wrapped ? "wrapped" : ""}`.trim() || undefined;
}

/** The first row is the heading, as Slack draws it. */
export function table(block, { directory }) {
  const [head, ...body] = block.rows ?? [];
  const settings = block.column_settings ?? [];
  const row = (cells, tag) =>
    h(
      "tr",
      {},
      (cells ?? []).map((cell, index) =>
        h(tag, { class: classOf(settings[index]), scope: tag === "th" ? "col" : undefined }, content(cell, directory)),
      ),
    );
  return h(
    "div",
    { class: "table-scroll", tabindex: "0", role: "region", "aria-label": "Table" },
    h(
      "table",
      {},
      h("thead", {}, row(head, "th")),
      h(
        "tbody",
        {},
        body.map((cells) => row(cells, "td")),
      ),
    ),
  );
}

/** A table with a caption, pages and columns that sort when their heading is pressed. */
export function dataTable(block, { directory }) {
  const [head = [], ...rows] = block.rows ?? [];
  const size = block.page_size ?? 5;
  const header = block.row_header_column_index ?? 0;
  const state = { page: 0, column: -1, down: false };
  const body = h("tbody");
  const pager = h("div", { class: "pager" });
  const headings = head.map((cell, index) =>
    h("th", { scope: "col" }, h("button", { type: "button", class: "sort", onclick: () => sort(index) }, words(cell))),
  );

  function sort(index) {
    state.down = state.column === index && !state.down;
    state.column = index;
    state.page = 0;
    show();
  }

  function sorted() {
    if (state.column < 0) return rows;
    const compare = (one, other) =>
      words(one[state.column]).localeCompare(words(other[state.column]), "en", { numeric: true });
    return [...rows].sort((one, other) => (state.down ? -compare(one, other) : compare(one, other)));
  }

  function show() {
    const pages = Math.max(1, Math.ceil(rows.length / size));
    const shown = sorted().slice(state.page * size, (state.page + 1) * size);
    const cell = (each, index) =>
      index === header ? h("th", { scope: "row" }, content(each, directory)) : h("td", {}, content(each, directory));
    refill(
      body,
      shown.map((cells) => h("tr", {}, cells.map(cell))),
    );
    headings.forEach((node, index) =>
      node.setAttribute("aria-sort", index === state.column ? (state.down ? "descending" : "ascending") : "none"),
    );
    refill(
      pager,
      pages > 1
        ? [
            step("Previous", -1, state.page === 0),
            h("span", {}, `${state.page + 1} of ${pages}`),
            step("Next", 1, state.page + 1 === pages),
          ]
        : [],
    );
  }

  function step(label, by, disabled) {
    const turn = () => {
      state.page += by;
      show();
    };
    return h("button", { class: "button small", type: "button", disabled, onclick: turn }, label);
  }

  show();
  const caption = h("caption", {}, block.caption ?? "");
  const framed = h(
    "div",
    { class: "table-scroll", tabindex: "0", role: "region", "aria-label": block.caption },
    h("table", {}, caption, h("thead", {}, h("tr", {}, headings)), body),
  );
  return h("div", { class: "data-table" }, framed, pager);
}
