// Traces: what the chart shows of an account and a symbol, of one log or of branches laid over.
"use strict";
const plot = document.getElementById("plot");
const several = data.branches.length > 1;
const SPAN = [at(0), at(Math.max(1, data.end_us))];
const shown = {
  account: 0, symbol: 0, branches: data.branches.map(() => true), hidden: new Set(),
  range: null, chosen: null, fit: true,
};
const REACH = 16; // pixels from a point that still mean it
let drawn = [];

const account = () => data.accounts[shown.account];
const symbol = () => data.symbols[shown.symbol];
const isOn = (branch) => shown.branches[branch];
const named = (branch, words) => (several ? `${data.branches[branch].name}: ${words}` : words);
const look = (branch, name, dash, width = 1.5) => (several
  ? { color: branchColour(branch), dash: branchDash(branch), width }
  : { color: colour(name), dash, width });

/** Return the events of the chosen account that the chart and the table show. */
function eventsShown() {
  return data.events.filter((event) => event.account === account() && isOn(event.branch) &&
    (event.symbol === symbol() || event.symbol === ""));
}

/** Return a line between recorded ticks alone: the points are known, the way between is not. */
function dotted(trace) {
  return { ...trace, mode: "lines+markers", marker: { size: 4, color: trace.line.color }, line: { ...trace.line, dash: "dot" } };
}

const sparse = (branch, trace) => (data.branches[branch].recorded ? dotted(trace) : trace);

function priceTraces() {
  const traces = [];
  for (const price of data.prices) {
    if (price.symbol !== symbol() || !price.branches.some(isOn)) continue;
    // Among branches the price is grey: their colours are taken.
    const role = price.role === "mark" && !several ? "c-mark" : "c-last";
    const style = { color: colour(role), width: price.role === "mark" ? 1.6 : 1, dash: price.recorded ? "dot" : "solid" };
    const trace = line(price, "y", price.name, style);
    traces.push({ ...(price.recorded ? dotted(trace) : trace), group: price.name, fits: true });
  }
  return traces;
}

/** Return what one account of one branch adds to the chart. */
function lifeTraces(life) {
  const { branch } = life;
  const here = (one) => one.symbol === symbol();
  const traces = [];
  for (const one of life.entries.filter(here)) {
    const side = one.name === "both" ? "" : ` of the ${one.name}`;
    const style = several ? { ...look(branch), width: 1 } : look(branch, "c-entry", "dash");
    traces.push({ ...line(one, "y", named(branch, `entry price${side}`), style, true), group: "entry price", fits: true });
  }
  for (const one of life.liquidation.filter(here)) {
    const words = named(branch, `liquidation price, ${one.name}`);
    traces.push({ ...line(one, "y", words, look(branch, "c-liquidation", "solid", 2.2), true), group: "liquidation price", near: true });
  }
  traces.push(...orderTraces(life.orders.filter(here), branch));
  for (const one of life.ratios.filter((ratio) => here(ratio) || ratio.symbol === "")) {
    traces.push({ ...sparse(branch, line(one, "y2", named(branch, `margin ratio, ${one.name}`), look(branch, "c-liquidation", "solid"))), group: "margin ratio" });
  }
  const wallet = several ? { ...look(branch), dash: "dot", width: 1 } : look(branch, "c-wallet", "dash");
  traces.push({ ...line(life.wallet, "y3", named(branch, "wallet balance"), wallet, true), group: "wallet balance", money: true });
  traces.push({ ...sparse(branch, line(life.equity, "y3", named(branch, "equity"), look(branch, "c-equity", "solid"))), group: "equity", money: true });
  return traces;
}

const ORDER_LOOKS = { stop: ["c-stop", "dot"], "take-profit": ["c-take", "dashdot"], limit: ["c-limit", "longdash"] };
const ORDER_GROUPS = { stop: "stops", "take-profit": "take-profits", limit: "limit orders" };

function orderTraces(orders, branch) {
  return Object.keys(ORDER_LOOKS).flatMap((group) => {
    const mine = orders.filter((order) => order.group === group);
    if (!mine.length) return [];
    const points = { t: mine.flatMap((o) => [...o.t, o.t.at(-1)]), v: mine.flatMap((o) => [...o.v, null]) };
    const [name, dash] = ORDER_LOOKS[group];
    const trace = line(points, "y", "", several ? { ...look(branch), width: 1.2 } : look(branch, name, dash, 1.8), false);
    trace.line.shape = "hv";
    trace.text = mine.flatMap((o) => [...o.v.map((price) => price && plain(named(branch, `${o.name} at ${grouped(price)}`))), ""]);
    return [{ ...trace, group: ORDER_GROUPS[group], near: true }];
  });
}

const isShort = (event) => event.kind === "opened" && String(event.fields.quantity).startsWith("-");

/** Return the events with a mark as points, the weightiest on top. */
function eventTraces() {
  const traces = [];
  for (const kind of Object.keys(SIGNS).reverse()) {
    const sign = SIGNS[kind];
    const events = eventsShown().filter((event) => event.kind === kind && event.mark);
    if (!events.length) continue;
    const paint = (event) => (several ? branchColour(event.branch) : colour(sign.colour));
    traces.push({
      type: "scatter", mode: "markers", group: sign.group, yaxis: "y", events, cliponaxis: false,
      x: events.map((event) => at(event.t)), y: events.map((event) => Number(event.mark)),
      text: events.map((event) => plain(named(event.branch, event.text)).replace(/(.{60}[^ ]*) /g, "$1<br>")),
      hovertemplate: "%{text}<br>mark %{customdata}<br>%{x|%Y-%m-%d %H:%M:%S}<extra></extra>",
      customdata: events.map((event) => grouped(event.mark)),
      marker: {
        size: sign.size, color: events.map(paint), line: { width: 1, color: events.map(sign.symbol.endsWith("open") ? paint : () => colour("page")) },
        symbol: events.map((event) => (isShort(event) ? "triangle-down" : sign.symbol)),
      },
    });
  }
  return traces;
}

function chosenTrace() {
  const event = shown.chosen;
  if (!event || !event.mark || event.account !== account()) return [];
  return [{
    type: "scatter", mode: "markers", x: [at(event.t)], y: [Number(event.mark)], yaxis: "y",
    hoverinfo: "skip", marker: { size: 24, symbol: "circle-open", color: colour("focus"), line: { width: 3 } },
  }];
}
