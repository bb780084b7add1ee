// The figure: how lines, markers, axes and bands look, in the theme of the moment.
"use strict";
const SIGNS = {
  liquidation: { sign: "✖", symbol: "x", size: 13, colour: "c-liquidation", group: "liquidations" },
  call: { sign: "★", symbol: "star", size: 13, colour: "c-call", group: "margin calls" },
  "auto-add": { sign: "✚", symbol: "cross", size: 11, colour: "c-add", group: "auto-added margin" },
  added: { sign: "◆", symbol: "diamond", size: 11, colour: "c-add", group: "margin added, taken out" },
  removed: { sign: "◇", symbol: "diamond-open", size: 11, colour: "c-add", group: "margin added, taken out" },
  opened: { sign: "▲", symbol: "triangle-up", size: 12, colour: "c-entry", group: "opened, closed" },
  closed: { sign: "■", symbol: "square", size: 9, colour: "c-entry", group: "opened, closed" },
  "liquidation step": { sign: "✕", symbol: "x-thin-open", size: 8, colour: "c-liquidation", group: "liquidations" },
  order: { sign: "□", symbol: "square-open", size: 8, colour: "c-stop", group: "orders, funding, other" },
  funding: { sign: "○", symbol: "circle-open", size: 7, colour: "c-other", group: "orders, funding, other" },
  refused: { sign: "⊗", symbol: "circle-x-open", size: 10, colour: "c-other", group: "orders, funding, other" },
  other: { sign: "·", symbol: "circle", size: 5, colour: "c-other", group: "orders, funding, other" },
};
const DASHES = ["solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "solid", "dash"];
const RATIO_TOP = 112;

/** Return a time of the data, µs since the start, as plotly's ms since 1970. */
const at = (us) => data.start_ms + (data.start_us + us) / 1000;
const branchColour = (place) => colour("b" + (place % 8));
const branchDash = (place) => DASHES[place % DASHES.length];

/** Return steps that end in a gap with their last value held until then. */
function held({ t, v }) {
  const points = { t: [], v: [] };
  t.forEach((time, place) => {
    if (v[place] === null && place > 0) { points.t.push(time); points.v.push(v[place - 1]); }
    points.t.push(time);
    points.v.push(v[place]);
  });
  return points;
}

/** Return a line for plotly; `words` comes before the exact value of each point. */
function line(points, axis, words, style, steps) {
  if (steps) points = held(points);
  return {
    type: "scatter", mode: "lines", x: points.t.map(at), yaxis: axis,
    y: points.v.map((value) => (value === null ? null : value === "over" ? RATIO_TOP - 4 : Number(value))),
    text: points.v.map((value) => (value === null ? "" : plain(words + " ") +
      (axis === "y2" ? (value === "over" ? "over 100%" : value + "%") : grouped(value)))),
    hovertemplate: "%{text}<br>%{x|%Y-%m-%d %H:%M:%S}<extra></extra>",
    line: { width: 1.5, shape: steps ? "hv" : "linear", ...style }, connectgaps: false,
  };
}

function axisLook() {
  return {
    gridcolor: colour("rule"), linecolor: colour("rule"), zeroline: false, showline: false,
    tickfont: { color: colour("soft"), size: 12 }, tickcolor: colour("rule"), automargin: true,
  };
}

function heading(text, y) {
  return {
    text, xref: "paper", yref: "paper", x: 0, y, xanchor: "left", yanchor: "bottom",
    showarrow: false, font: { size: 13, color: colour("ink") },
  };
}

/** Return the bands of the margin ratio, with their names at the right where there is room. */
function bands(shapes, annotations) {
  const zones = [[0, 50, "green"], [50, 80, "yellow"], [80, RATIO_TOP, "red"]];
  for (const [low, high, zone] of zones) {
    shapes.push({
      type: "rect", xref: "paper", x0: 0, x1: 1, yref: "y2", y0: low, y1: high,
      fillcolor: colour("zone-" + zone), line: { width: 0 }, layer: "below",
    });
    annotations.push({
      text: zone, xref: "paper", x: 1, xanchor: "right", yref: "y2", y: low, yanchor: "bottom",
      showarrow: false, font: { size: 11, color: colour("soft") },
    });
  }
  shapes.push({
    type: "line", xref: "paper", x0: 0, x1: 1, yref: "y2", y0: 100, y1: 100,
    line: { color: colour("c-liquidation"), width: 1, dash: "dot" }, layer: "below",
  });
}

function baseLayout() {
  return {
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: "system-ui, sans-serif", color: colour("ink") },
    hoverlabel: { bgcolor: colour("raised"), bordercolor: colour("rule"), font: { color: colour("ink") }, align: "left" },
    showlegend: false, hovermode: "closest", margin: { l: 8, r: 8, t: 26, b: 8 },
    dragmode: window.matchMedia("(pointer: coarse)").matches ? false : "zoom",
  };
}

const CONFIG = {
  displaylogo: false, responsive: true, scrollZoom: false,
  modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d", "toImage"],
};

/** Return a small picture of a line or sign for a button of the legend. */
function sample(look) {
  if (look.sign) {
    return make("span", { class: "sign", "aria-hidden": "true", style: `color: ${look.colour}` }, look.sign);
  }
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const stroke = document.createElementNS(space, "line");
  const dashes = { dash: "6 3", dot: "2 3", dashdot: "6 3 2 3", longdash: "9 3", longdashdot: "9 3 2 3" };
  Object.entries({ width: 26, height: 10 }).forEach(([k, v]) => svg.setAttribute(k, v));
  const drawn = { x1: 0, x2: 26, y1: 5, y2: 5, stroke: look.colour, "stroke-width": look.width || 2 };
  Object.entries(drawn).forEach(([k, v]) => stroke.setAttribute(k, v));
  if (dashes[look.dash]) stroke.setAttribute("stroke-dasharray", dashes[look.dash]);
  svg.append(stroke);
  return make("span", { class: "sign", "aria-hidden": "true" }, svg);
}
