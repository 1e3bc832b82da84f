/**
 * Pictures and files. Only the workspace's own addresses are loaded; anything else is shown by its words.
 */

import { enlarge } from "./dialog.js";
import { h, icon } from "./dom.js";
import { plainOf } from "./mrkdwn.js";

/** The address where it is ours, otherwise undefined: the page loads nothing from elsewhere. */
export function ownAddress(url) {
  if (!url) return undefined;
  try {
    const full = new URL(url, window.location.href);
    const loopback = (name) => ["localhost", "127.0.0.1", "[::1]"].includes(name);
    const here = full.host === window.location.host;
    const twin = full.port === window.location.port && loopback(full.hostname) && loopback(window.location.hostname);
    return here || twin ? full.pathname + full.search : undefined;
  } catch {
    return undefined;
  }
}

/** An image block or element. */
export function picture(block, context, className = "picture") {
  const file = block.slack_file ?? {};
  const sent = context?.message?.files?.find((each) => each.id === file.id);
  const url = ownAddress(
    block.image_url ?? file.url ?? sent?.url_private ?? (file.id ? `/files/${file.id}` : undefined),
  );
  const alt = block.alt_text ?? "";
  const title = plainOf(block.title);
  const small = className !== "picture";
  if (!url) return h(small ? "span" : "figure", { class: `${className} picture-missing` }, alt || title || "Picture");
  const image = h("img", { src: url, alt, loading: "lazy", class: small ? className : undefined });
  if (small) return image;
  image.addEventListener("error", () =>
    image.replaceWith(h("div", { class: "picture-missing" }, alt || "The picture cannot be shown.")),
  );
  const opener = h("button", { class: "picture-open", type: "button", onclick: () => enlarge(url, alt, title) }, image);
  return h("figure", { class: "picture" }, title ? h("figcaption", {}, title) : null, opener);
}

function size(bytes) {
  if (!bytes) return "";
  return bytes < 1024
    ? `${bytes} B`
    : bytes < 1_048_576
      ? `${(bytes / 1024).toFixed(1)} kB`
      : `${(bytes / 1_048_576).toFixed(1)} MB`;
}

/** A file of a message: a picture as picture, text with its first lines, anything else as a card. */
export function fileCard(file) {
  const url = ownAddress(file.url_private_download ?? file.url_private ?? file.permalink);
  const name = file.title || file.name || "File";
  if (url && String(file.mimetype ?? "").startsWith("image/")) {
    return picture({ image_url: ownAddress(file.url_private ?? url), alt_text: file.alt_txt ?? name, title: name });
  }
  const detail = [file.pretty_type ?? file.filetype, size(file.size)].filter(Boolean).join(" · ");
  const words = h("span", { class: "file-words" }, h("strong", {}, name), h("small", {}, detail));
  const card = url
    ? h(
        "a",
        { class: "file", href: url, download: file.name ?? "file", "aria-label": `Download ${name}` },
        icon("file"),
        words,
        icon("download"),
      )
    : h("div", { class: "file" }, icon("file"), words);
  return h("div", { class: "file-box" }, card, textPreview(file, url));
}

const PREVIEW_LINES = 6;

function textPreview(file, url) {
  if (file.preview) return preview(file.preview);
  if (!url || !/^(text\/|application\/(json|x-yaml|yaml))/.test(file.mimetype ?? "")) return null;
  const holder = h("div", {});
  fetch(url)
    .then((response) => (response.ok ? response.text() : ""))
    .then((text) => text && holder.append(preview(text)))
    .catch(() => holder.remove()); // the card with its name remains
  return holder;
}

function preview(text) {
  const all = text.split("\n");
  const pre = h("pre", { class: "pre", tabindex: "0" }, all.slice(0, PREVIEW_LINES).join("\n"));
  if (all.length <= PREVIEW_LINES) return pre;
  const more = h("button", { class: "link-button", type: "button" }, `Show all ${all.length} lines`);
  more.addEventListener("click", () => {
    pre.textContent = text;
    pre.classList.add("pre-tall");
    more.remove();
  });
  return h("div", {}, pre, more);
}
