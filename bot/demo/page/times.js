/**
 * Moments as the reader's own clock shows them, and Slack's `<!date^…>` formats.
 */

const time = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const timeSeconds = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const medium = new Intl.DateTimeFormat("en-US", { year: "numeric", month: "long", day: "numeric" });
const short = new Intl.DateTimeFormat("en-US", { year: "numeric", month: "short", day: "numeric" });
const long = new Intl.DateTimeFormat("en-US", { weekday: "long", year: "numeric", month: "long", day: "numeric" });
const dayName = new Intl.DateTimeFormat("en-US", { weekday: "long", month: "long", day: "numeric" });

/** A Slack timestamp ("1790000000.000100") as a Date. */
export function fromTs(ts) {
  return new Date(Number.parseFloat(ts) * 1000);
}

export function clock(date) {
  return time.format(date);
}

/** For tooltips: everything. */
export function full(date) {
  return `${long.format(date)} at ${timeSeconds.format(date)}`;
}

function dayNumber(date) {
  return Math.round(new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime() / 86_400_000);
}

export function sameDay(one, other) {
  return dayNumber(one) === dayNumber(other);
}

function pretty(date) {
  const distance = dayNumber(date) - dayNumber(new Date());
  return { 0: "today", [-1]: "yesterday", 1: "tomorrow" }[distance];
}

/** The heading of a day in a channel. */
export function dayHeading(date) {
  const near = pretty(date);
  return near ? near[0].toUpperCase() + near.slice(1) : dayName.format(date);
}

/** "5 minutes ago", for thread summaries and {ago}. */
export function ago(date) {
  const seconds = Math.round((Date.now() - date.getTime()) / 1000);
  const size = Math.abs(seconds);
  if (size < 60) return seconds >= 0 ? "just now" : "in a moment";
  const [count, unit] =
    size < 3600
      ? [Math.round(size / 60), "minute"]
      : size < 86_400
        ? [Math.round(size / 3600), "hour"]
        : [Math.round(size / 86_400), "day"];
  const words = `${count} ${unit}${count === 1 ? "" : "s"}`;
  return seconds >= 0 ? `${words} ago` : `in ${words}`;
}

function numeric(date) {
  const two = (value) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

const TOKENS = {
  date_num: numeric,
  date: (date) => medium.format(date),
  date_short: (date) => short.format(date),
  date_long: (date) => long.format(date),
  date_pretty: (date) => pretty(date) ?? medium.format(date),
  date_short_pretty: (date) => pretty(date) ?? short.format(date),
  date_long_pretty: (date) => pretty(date) ?? long.format(date),
  time: (date) => time.format(date),
  time_secs: (date) => timeSeconds.format(date),
  ago,
};

/** Slack's date template filled in; the fallback where the template or the moment makes no sense. */
export function slackDate(seconds, template, fallback) {
  const date = new Date(Number(seconds) * 1000);
  if (!template || Number.isNaN(date.getTime())) return fallback ?? "";
  let known = true;
  const text = template.replace(/\{(\w+)\}/g, (whole, token) => {
    const write = TOKENS[token];
    if (!write) known = false;
    return write ? write(date) : whole;
  });
  return known ? text : (fallback ?? text);
}
