/**
 * The `data_visualization` block: line, bar, area and pie, drawn as SVG with words for those who do not see it.
 */

import { h, s } from "./dom.js";

const WIDTH = window.matchMedia("(width < 760px)").matches ? 340 : 560; // a phone's chart keeps its words readable
const HEIGHT = 220;
const EDGE = { left: 46, right: 12, top: 10, bottom: 40 };

/** The drawing and its legend. */
export function chart(block) {
  const data = block.chart ?? block;
  const draw = { line, area, bar, pie }[data.type];
  if (!draw) return h("div", { class: "chart-unknown" }, `A chart of type ${data.type}.`);
  const name = describe(block.title, data);
  const size = data.type === "pie" ? [220, 220] : [WIDTH, HEIGHT];
  const svg = s(
    "svg",
    { viewBox: `0 0 ${size[0]} ${size[1]}`, role: "img", "aria-label": name, class: `chart-${data.type}` },
    draw(data),
  );
  return h("div", { class: data.type === "pie" ? "chart-body chart-beside" : "chart-body" }, svg, legend(data));
}

function describe(title, data) {
  if (data.type === "pie") {
    return `${title ?? "Pie"}: ${(data.segments ?? []).map(({ label, value }) => `${label} ${value}`).join(", ")}`;
  }
  const told = (data.series ?? []).map((each) => {
    const values = points(each, data).filter((value) => value !== null);
    return `${each.name} from ${values[0]} to ${values[values.length - 1]}, at most ${Math.max(...values)}`;
  });
  return `${title ?? "Chart"}: ${told.join("; ")}`;
}

function categories(data) {
  return data.axis_config?.categories ?? (data.series?.[0]?.data ?? []).map(({ label }) => label);
}

/** A series' values in the order of the categories; null where it has none. */
function points(series, data) {
  const values = new Map((series.data ?? []).map(({ label, value }) => [label, value]));
  return categories(data).map((label) => values.get(label) ?? null);
}

/** Round steps that cover all values: 0, 5, 10 and not 0, 4.3, 8.6. */
function ticks(data) {
  const values = (data.series ?? []).flatMap((each) => points(each, data)).filter((value) => value !== null);
  const low = Math.min(0, ...values);
  const high = Math.max(...values, low + 1e-9);
  const raw = (high - low || 1) / 4;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((each) => each >= raw);
  const steps = [];
  for (let value = Math.floor(low / step) * step; value < high + step * 0.999; value += step)
    steps.push(Number(value.toPrecision(12)));
  return steps;
}

function short(value) {
  const size = Math.abs(value);
  if (size >= 1e9) return `${+(value / 1e9).toFixed(1)}G`;
  if (size >= 1e6) return `${+(value / 1e6).toFixed(1)}M`;
  if (size >= 1e4) return `${+(value / 1e3).toFixed(1)}k`;
  return String(+value.toFixed(2));
}

function frame(data) {
  const steps = ticks(data);
  const [low, high] = [steps[0], steps[steps.length - 1]];
  const labels = categories(data);
  const inner = { width: WIDTH - EDGE.left - EDGE.right, height: HEIGHT - EDGE.top - EDGE.bottom };
  const y = (value) => EDGE.top + inner.height * (1 - (value - low) / (high - low || 1));
  const slot = inner.width / Math.max(labels.length, 1);
  const x = (index) => EDGE.left + slot * (index + 0.5);
  const every = Math.ceil(labels.length / (WIDTH / 70));
  const grid = steps.map((value) => [
    s("line", { class: "grid", x1: EDGE.left, x2: WIDTH - EDGE.right, y1: y(value), y2: y(value) }),
    s("text", { class: "tick", x: EDGE.left - 6, y: y(value) + 4, "text-anchor": "end" }, short(value)),
  ]);
  const named = labels.map((label, index) =>
    index % every
      ? null
      : s("text", { class: "tick", x: x(index), y: HEIGHT - EDGE.bottom + 16, "text-anchor": "middle" }, label),
  );
  const { x_label: xLabel, y_label: yLabel } = data.axis_config ?? {};
  const axes = [
    xLabel ? s("text", { class: "axis", x: WIDTH / 2, y: HEIGHT - 6, "text-anchor": "middle" }, xLabel) : null,
    yLabel
      ? s(
          "text",
          {
            class: "axis",
            x: 11,
            y: HEIGHT / 2 - 14,
            "text-anchor": "middle",
            transform: `rotate(-90 11 ${HEIGHT / 2 - 14})`,
          },
          yLabel,
        )
      : null,
  ];
  return { x, y, slot, zero: y(Math.max(low, 0)), background: [grid, named, axes] };
}

function path(values, { x, y }) {
  let started = false;
  return values
    .map((value, index) => {
      if (value === null) {
        started = false;
        return "";
      }
      const command = `${started ? "L" : "M"}${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
      started = true;
      return command;
    })
    .join(" ");
}

function marks(each, values, place, index) {
  return values.map((value, at) =>
    value === null
      ? null
      : s(
          "circle",
          { class: `mark color-${index}`, cx: place.x(at), cy: place.y(value), r: 2.6 },
          s("title", {}, `${each.name}: ${value}`),
        ),
  );
}

function line(data) {
  const place = frame(data);
  const drawn = (data.series ?? []).map((each, index) => {
    const values = points(each, data);
    return [s("path", { class: `line color-${index}`, d: path(values, place) }), marks(each, values, place, index)];
  });
  return [place.background, drawn];
}

function area(data) {
  const place = frame(data);
  const drawn = (data.series ?? []).map((each, index) => {
    const values = points(each, data).map((value) => value ?? 0);
    const outline = path(values, place);
    const closed = `${outline} L${place.x(values.length - 1).toFixed(1)} ${place.zero} L${place.x(0).toFixed(1)} ${place.zero} Z`;
    return [
      s("path", { class: `area color-${index}`, d: closed }),
      s("path", { class: `line color-${index}`, d: outline }),
      marks(each, values, place, index),
    ];
  });
  return [place.background, drawn];
}

function bar(data) {
  const place = frame(data);
  const all = data.series ?? [];
  const width = (place.slot * 0.72) / Math.max(all.length, 1);
  const drawn = all.map((each, index) =>
    points(each, data).map((value, at) => {
      if (value === null) return null;
      const x = place.x(at) - (width * all.length) / 2 + width * index;
      const [top, bottom] = [Math.min(place.y(value), place.zero), Math.max(place.y(value), place.zero)];
      const shape = {
        class: `bar color-${index}`,
        x,
        y: top,
        width: Math.max(width - 1.5, 1),
        height: Math.max(bottom - top, 0.5),
        rx: 1.5,
      };
      return s("rect", shape, s("title", {}, `${each.name}, ${categories(data)[at]}: ${value}`));
    }),
  );
  return [place.background, drawn];
}

function pie(data) {
  const segments = data.segments ?? [];
  const total = segments.reduce((sum, { value }) => sum + value, 0) || 1;
  let angle = -Math.PI / 2;
  return segments.map(({ label, value }, index) => {
    const share = value / total;
    const title = s("title", {}, `${label}: ${value} (${Math.round(share * 100)} %)`);
    if (share > 0.9999) return s("circle", { class: `slice color-${index}`, cx: 110, cy: 110, r: 100 }, title);
    const [from, to] = [angle, angle + share * 2 * Math.PI];
    angle = to;
    const at = (turn) => `${(110 + 100 * Math.cos(turn)).toFixed(2)} ${(110 + 100 * Math.sin(turn)).toFixed(2)}`;
    const d = `M110 110 L${at(from)} A100 100 0 ${share > 0.5 ? 1 : 0} 1 ${at(to)} Z`;
    return s("path", { class: `slice color-${index}`, d }, title);
  });
}

function legend(data) {
  const total = (data.segments ?? []).reduce((sum, { value }) => sum + value, 0) || 1;
  const entries =
    data.type === "pie"
      ? (data.segments ?? []).map(
          ({ label, value }) => `${label} ${short(value)} (${Math.round((value / total) * 100)} %)`,
        )
      : (data.series ?? []).map(({ name }) => name);
  return h(
    "ul",
    { class: "legend" },
    entries.map((entry, index) => h("li", { class: `color-${index}` }, entry)),
  );
}
