// Events: the table, tied to the chart; a row moves the chart, a point of the chart marks its row.
"use strict";
const rows = document.getElementById("rows");
const body = rows.querySelector("tbody");
const HEADS = ["record", "time, UTC", "what happened", "mark", "margin ratio", "liquidation at", "wallet", "equity"];
const CLOSER = 4, FIRST = 12;
let shownRows = new Map();

function cell(label, text, look) {
  return make("td", { "data-label": label, class: look }, text);
}

function rowOf(event) {
  const sign = SIGNS[event.kind];
  const loud = ["liquidation", "call", "refused"].includes(event.kind);
  const what = several ? `${data.branches[event.branch].name}: ${event.text}` : event.text;
  const signed = make("span", { class: "sign", "aria-hidden": "true", style: `color: var(--${sign.colour})` }, isShort(event) ? "▼" : sign.sign);
  const row = make("tr", { tabindex: "-1" },
    make("th", { scope: "row", class: "number" }, String(event.seq)),
    cell("time", event.time.replace("T", " ").replace("Z", ""), "number time"),
    make("td", { class: loud ? "wide bad" : "wide" }, signed, what),
    cell("mark", event.mark && grouped(event.mark), "number"),
    cell("margin ratio", event.ratio && `${event.ratio} ${event.zone}`, event.zone === "red" ? "number bad" : "number"),
    cell("liquidation at", event.liquidation, "number"),
    cell("wallet", grouped(event.wallet), "number"),
    cell("equity", grouped(event.equity), "number"));
  row.addEventListener("click", () => window.choose(event, { from: "row" }));
  return row;
}

/** Fill the table with what is shown of the chosen account. */
window.fillRows = function fillRows() {
  const events = eventsShown().sort((one, other) => one.t - other.t || one.branch - other.branch || one.seq - other.seq);
  shownRows = new Map(events.map((event) => [event, rowOf(event)]));
  body.replaceChildren(...shownRows.values());
  const first = body.querySelector("tr");
  if (first) first.tabIndex = 0;
  document.getElementById("rows-caption").textContent =
    `${events.length.toLocaleString("en")} events of ${account()}, ${symbol()}; money and prices in the quote currency, exact`;
  if (shown.chosen && shownRows.has(shown.chosen)) mark(shown.chosen);
};

/** Mark an event's row as the chosen one, which is also the one that Tab comes to. */
function mark(event) {
  body.querySelectorAll('tr[aria-current], tr[tabindex="0"]').forEach((row) => {
    row.removeAttribute("aria-current");
    row.tabIndex = -1;
  });
  const row = shownRows.get(event);
  if (!row) return null;
  row.setAttribute("aria-current", "true");
  row.tabIndex = 0;
  return row;
}

/** Tell the record of an event, field by field, as the log has it. */
function tell(event) {
  const list = make("dl", {});
  const add = (name, value) => list.append(make("dt", {}, name), make("dd", {}, value));
  add("record", String(event.seq));
  add("time, UTC", event.time);
  for (const [name, value] of Object.entries(event.fields)) {
    add(name, typeof value === "string" ? value : JSON.stringify(value));
  }
  document.getElementById("record").replaceChildren(make("h3", {}, several ? `${event.type} in ${data.branches[event.branch].name}` : event.type), list);
}

/** Choose an event: from a row the chart moves to it and comes closer, from the chart its row is shown. */
window.choose = function choose(event, { from }) {
  const again = shown.chosen === event;
  shown.chosen = event;
  const row = mark(event);
  tell(event);
  if (from === "chart") {
    draw();
    if (row) rows.scrollTop += row.getBoundingClientRect().top - rows.getBoundingClientRect().top - rows.clientHeight / 3;
    return;
  }
  const [low, high] = shown.range || SPAN;
  const whole = SPAN[1] - SPAN[0];
  const length = again ? (high - low) / CLOSER : Math.min(high - low, whole / FIRST);
  const middle = at(event.t);
  show(middle - Math.max(1, length) / 2, middle + Math.max(1, length) / 2);
  const box = plot.getBoundingClientRect();
  if (box.bottom < 120 || box.top > window.innerHeight - 120) document.getElementById("chart").scrollIntoView();
};

body.addEventListener("keydown", (key) => {
  const row = key.target.closest("tr");
  const all = [...body.rows];
  const place = all.indexOf(row);
  const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -all.length, End: all.length }[key.key];
  if (step !== undefined) {
    const next = all[Math.max(0, Math.min(all.length - 1, place + step))];
    row.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
    key.preventDefault();
  } else if (key.key === "Enter" || key.key === " ") {
    const event = [...shownRows].find(([, one]) => one === row)[0];
    window.choose(event, { from: "row" });
    key.preventDefault();
  }
});

rows.querySelector("thead").append(make("tr", {}, ...HEADS.map((text) => make("th", { scope: "col" }, text))));
window.fillRows();

// Buttons of an audit name a record; they are shown where the page has its event.
document.querySelectorAll("button[data-seq]").forEach((button) => {
  const event = data.events.find((one) => one.seq >= Number(button.dataset.seq) && one.branch === 0);
  if (!event) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    shown.account = data.accounts.indexOf(event.account);
    if (event.symbol) shown.symbol = data.symbols.indexOf(event.symbol);
    window.syncChoices();
    renew();
    window.choose(event, { from: "row" });
  });
});
