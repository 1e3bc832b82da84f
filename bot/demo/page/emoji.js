/**
 * Emoji shortcodes that messages of this kind use; unknown ones stay as they were written.
 */

const EMOJI = {
  red_circle: "🔴", large_orange_circle: "🟠", large_yellow_circle: "🟡", large_green_circle: "🟢",
  large_blue_circle: "🔵", white_circle: "⚪", black_circle: "⚫", large_purple_circle: "🟣",
  white_check_mark: "✅", heavy_check_mark: "✔️", ballot_box_with_check: "☑️", x: "❌",
  negative_squared_cross_mark: "❎", warning: "⚠️", rotating_light: "🚨", fire: "🔥", boom: "💥",
  no_entry: "⛔", no_entry_sign: "🚫", question: "❓", grey_question: "❔", exclamation: "❗",
  eyes: "👀", bell: "🔔", no_bell: "🔕", zzz: "💤", mute: "🔇", lock: "🔒", unlock: "🔓", key: "🔑",
  arrows_counterclockwise: "🔄", repeat: "🔁", leftwards_arrow_with_hook: "↩️", arrow_right: "➡️",
  arrow_up: "⬆️", arrow_down: "⬇️", arrow_upper_right: "↗️", arrow_lower_right: "↘️", back: "🔙",
  chart_with_upwards_trend: "📈", chart_with_downwards_trend: "📉", bar_chart: "📊", clipboard: "📋",
  memo: "📝", page_facing_up: "📄", scroll: "📜", file_folder: "📁", package: "📦", link: "🔗",
  paperclip: "📎", mag: "🔍", hourglass: "⌛", hourglass_flowing_sand: "⏳", stopwatch: "⏱️",
  alarm_clock: "⏰", clock1: "🕐", calendar: "📆", date: "📅", sunny: "☀️", crescent_moon: "🌙",
  cloud: "☁️", moneybag: "💰", dollar: "💵", rocket: "🚀", ship: "🚢", anchor: "⚓", wrench: "🔧",
  hammer: "🔨", gear: "⚙️", hammer_and_wrench: "🛠️", construction: "🚧", bug: "🐛", robot_face: "🤖",
  bulb: "💡", tada: "🎉", wave: "👋", pray: "🙏", raised_hands: "🙌", ok_hand: "👌", "+1": "👍",
  thumbsup: "👍", "-1": "👎", thumbsdown: "👎", heart: "❤️", smile: "😄", slightly_smiling_face: "🙂",
  thinking_face: "🤔", sweat_smile: "😅", cry: "😢", scream: "😱", sleeping: "😴", point_right: "👉",
  pushpin: "📌", round_pushpin: "📍", information_source: "ℹ️", speech_balloon: "💬", shield: "🛡️",
  bust_in_silhouette: "👤", busts_in_silhouette: "👥", snowflake: "❄️", octagonal_sign: "🛑",
  "100": "💯", sos: "🆘", new: "🆕", small_red_triangle: "🔺", small_red_triangle_down: "🔻",
  large_red_square: "🟥", large_orange_square: "🟧", large_green_square: "🟩", heavy_minus_sign: "➖",
  heavy_plus_sign: "➕", white_large_square: "⬜", stop_button: "⏹️", pause_button: "⏸️",
  double_vertical_bar: "⏸️", arrow_forward: "▶️", detective: "🕵️", lighthouse: "🗼", kr: "🇰🇷",
};

/** The emoji of a shortcode without its colons, or undefined. */
export function emoji(name) {
  return Object.hasOwn(EMOJI, name) ? EMOJI[name] : undefined;
}

/** Plain text with known shortcodes replaced. */
export function withEmoji(text) {
  return String(text ?? "").replace(/:([a-z0-9_+-]+):/g, (whole, name) => emoji(name) ?? whole);
}

/** The emoji of a rich text element: by its code points when Slack sent them, otherwise by name. */
export function emojiOf({ name, unicode }) {
  if (/^[0-9a-f-]+$/i.test(unicode ?? "")) {
    const points = unicode.split("-").map((part) => Number.parseInt(part, 16));
    if (points.every((point) => point > 0 && point <= 0x10ffff)) return String.fromCodePoint(...points);
  }
  return emoji(name) ?? `:${name}:`;
}
