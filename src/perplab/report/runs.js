// Runs: the chart, its axes and ranges, and what chooses and moves it.
"use strict";
/** Return the least and most of traces within a range of time, with the values held at its start. */
function extent(traces, range) {
  let low = Infinity, high = -Infinity;
  for (const trace of traces) {
    trace.x.forEach((x, place) => {
      const next = trace.x[place + 1] ?? x;
      const y = trace.y[place];
      if (y === null || next < range[0] || x > range[1]) return;
      low = Math.min(low, y);
      high = Math.max(high, y);
    });
  }
  return [low, high];
}

function padded([low, high]) {
  const room = (high - low) * 0.06 || Math.abs(high) * 0.01 || 1;
  return [low - room, high + room];
}

/** Return the range of prices: liquidation prices and orders belong to it unless they are far. */
function priceRange(range) {
  const visible = drawn.filter((trace) => trace.visible !== false);
  let [low, high] = extent(visible.filter((trace) => trace.fits), range);
  if (low > high) [low, high] = extent(visible.filter((trace) => trace.near), range);
  const room = Math.max((high - low) * 2, high * 0.002);
  let far = 0;
  for (const trace of visible.filter((one) => one.near)) {
    const [least, most] = extent([trace], range);
    if (least > most) continue;
    if (least >= low - room || shown.fitAll) low = Math.min(low, least); else far += 1;
    if (most <= high + room || shown.fitAll) high = Math.max(high, most); else far += 1;
  }
  shown.far = far > 0;
  return low > high ? null : padded([low, high]);
}

function layout() {
  const range = shown.range || SPAN;
  const shapes = [], annotations = [];
  const units = symbol().match(/(USDT|USDC|BUSD|FDUSD|TUSD|USD)$/)?.[0] || "quote currency";
  annotations.push(heading(`Price of ${plain(symbol())}, ${units}`, 1), heading("Margin ratio, %", 0.43), heading(`Wallet and equity, ${units}`, 0.215));
  bands(shapes, annotations);
  data.branches.forEach((branch, place) => {
    if (branch.fork_us === null || !isOn(place)) return;
    shapes.push({ type: "line", xref: "x", x0: at(branch.fork_us), x1: at(branch.fork_us), yref: "paper", y0: 0, y1: 1, line: { color: colour("soft"), width: 1, dash: "dash" } });
  });
  const fork = data.branches.find((branch, place) => branch.fork_us !== null && isOn(place));
  if (fork) annotations.push({ text: "fork", x: at(fork.fork_us), xanchor: "right", xref: "x", y: 1, yref: "paper", yanchor: "top", showarrow: false, font: { size: 12, color: colour("soft") } });
  if (shown.chosen) {
    const x = at(shown.chosen.t);
    shapes.push({ type: "line", xref: "x", x0: x, x1: x, yref: "paper", y0: 0, y1: 1, line: { color: colour("focus"), width: 1.5 } });
  }
  const money = extent(drawn.filter((trace) => trace.money && trace.visible !== false), range);
  const prices = priceRange(range);
  if (shown.far) annotations.push({ text: "a liquidation price or order is outside: Show all prices", xref: "paper", x: 1, xanchor: "right", yref: "paper", y: 1, yanchor: "bottom", showarrow: false, font: { size: 11, color: colour("soft") }, visible: !narrow() });
  const y = (domain, more) => ({ ...axisLook(), domain, fixedrange: true, tickformat: ",~f", nticks: 6, ...more });
  return {
    ...baseLayout(), shapes, annotations,
    xaxis: { ...axisLook(), type: "date", range, anchor: "y3", nticks: narrow() ? 4 : 10, hoverformat: "%Y-%m-%d %H:%M:%S" },
    yaxis: y([0.49, 1], prices ? { range: prices } : {}),
    yaxis2: y([0.275, 0.43], { range: [0, RATIO_TOP], tickvals: [0, 50, 80, 100] }),
    yaxis3: y([0, 0.215], money[0] <= money[1] ? { range: padded(money), nticks: 4 } : {}),
  };
}

/** Draw the chart anew. */
function draw() {
  const lives = data.lives.filter((life) => life.account === account() && isOn(life.branch));
  drawn = [...priceTraces(), ...lives.flatMap(lifeTraces), ...eventTraces(), ...chosenTrace()];
  drawn.forEach((trace) => { if (shown.hidden.has(trace.group)) trace.visible = false; });
  const texts = data.texts.filter((one) => one.account === account() && isOn(one.branch));
  document.getElementById("chart-text").textContent = texts.map((one) => named(one.branch, one.text)).join(" ");
  return Plotly.react(plot, drawn, layout(), CONFIG);
}

/** Move the chart to a range of time, kept inside the run. */
function show(from, to) {
  const length = Math.min(to - from, SPAN[1] - SPAN[0]);
  const start = Math.max(SPAN[0], Math.min(from, SPAN[1] - length));
  shown.range = length >= SPAN[1] - SPAN[0] ? null : [start, start + length];
  return draw();
}

/** Show a part of the range: `scale` of its length, its middle moved by `move` lengths. */
function look_at(scale, move) {
  const [from, to] = shown.range || SPAN;
  const half = Math.max(0.5, (to - from) * scale / 2), middle = (from + to) / 2 + (to - from) * move;
  return show(middle - half, middle + half);
}

function legend() {
  const place = document.getElementById("legend");
  place.replaceChildren();
  const groups = new Map();
  const signed = drawn.filter((trace) => trace.events).reverse();
  for (const trace of [...drawn.filter((one) => one.group && !one.events), ...signed]) {
    if (groups.has(trace.group)) continue;
    const sign = trace.events && SIGNS[trace.events[0].kind];
    groups.set(trace.group, sign
      ? { sign: Object.values(SIGNS).find((one) => one.group === trace.group).sign, colour: several ? colour("ink") : colour(sign.colour) }
      : { colour: several && !trace.fits ? colour("ink") : trace.line.color, dash: trace.line.dash, width: trace.line.width });
  }
  for (const [group, picture] of groups) {
    const act = (on) => { if (on) shown.hidden.delete(group); else shown.hidden.add(group); draw(); };
    place.append(toggle([sample(picture), make("span", { class: "text" }, group)], !shown.hidden.has(group), act));
  }
}

/** Choose a symbol that the account traded, if it did not trade the chosen one. */
function traded() {
  const symbols = data.events.filter((event) => event.account === account() && event.kind !== "other").map((event) => event.symbol);
  if (symbols.length && !symbols.includes(symbol())) shown.symbol = data.symbols.indexOf(symbols[0]);
}

function renew() { draw(); legend(); if (window.fillRows) window.fillRows(); }

(function controls() {
  const choose = document.getElementById("choose");
  const pick = (field) => (place) => {
    shown[field] = place;
    shown.chosen = null;
    if (field === "account") traded();
    window.syncChoices();
    renew();
  };
  const choices = { account: choice("Account", data.accounts, pick("account")), symbol: choice("Symbol", data.symbols, pick("symbol")) };
  if (data.accounts.length > 1) choose.append(choices.account);
  if (data.symbols.length > 1) choose.append(choices.symbol);
  window.syncChoices = () => Object.entries(choices).forEach(([field, label]) => { label.querySelector("select").value = shown[field]; });
  if (several) data.branches.forEach((branch, place) => {
    const act = (on) => { shown.branches[place] = on; renew(); };
    const picture = sample({ colour: branchColour(place), dash: branchDash(place), width: 3 });
    const words = branch.do ? `${branch.name} (${branch.do})` : branch.name;
    const button = toggle([picture, make("span", { class: "text" }, words)], true, act);
    redraws.push(() => button.firstChild.replaceWith(sample({ colour: branchColour(place), dash: branchDash(place), width: 3 })));
    choose.append(button);
  });
  const move = document.getElementById("move");
  const button = (text, name, act) => move.append(make("button", { type: "button", "aria-label": name, title: name, onclick: act }, text));
  button("←", "Earlier", () => look_at(1, -0.5));
  button("→", "Later", () => look_at(1, 0.5));
  button("+", "Zoom in", () => look_at(0.5, 0));
  button("−", "Zoom out", () => look_at(2, 0));
  button("Whole run", "Show the whole run", () => show(...SPAN));
  move.append(toggle(["Show all prices"], false, (on) => { shown.fitAll = on; draw(); }));
})();

/** Return the event whose point is nearest to a place of the screen, of equal ones the weightiest. */
function nearest(x, y) {
  const box = plot.getBoundingClientRect(), { xaxis, yaxis } = plot._fullLayout;
  let found = null, least = REACH;
  for (const trace of drawn.filter((one) => one.events && one.visible !== false)) {
    trace.events.forEach((event, place) => {
      const away = Math.hypot(box.left + xaxis._offset + xaxis.d2p(trace.x[place]) - x,
        box.top + yaxis._offset + yaxis.d2p(trace.y[place]) - y);
      if (away <= least) [found, least] = [event, away];
    });
  }
  return found;
}

traded();
window.syncChoices();
draw().then(() => {
  plot.on("plotly_relayout", (change) => {
    const from = change["xaxis.range[0]"] ?? change["xaxis.range"]?.[0];
    const to = change["xaxis.range[1]"] ?? change["xaxis.range"]?.[1];
    const ms = (value) => (typeof value === "number" ? value : Date.parse(value.replace(" ", "T") + (value.includes(" ") ? "Z" : "T00:00Z")));
    if (from !== undefined && to !== undefined) show(ms(from), ms(to));
    else if (change["xaxis.autorange"]) show(...SPAN);
  });
  plot.on("plotly_click", (click) => {
    const event = nearest(click.event.clientX, click.event.clientY);
    if (event) window.choose(event, { from: "chart" });
  });
});
legend();
redraws.push(() => { draw(); legend(); });
