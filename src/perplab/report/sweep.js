// Sweeps: survival over time, and the spread of results, a line for each decision.
"use strict";
const hidden = new Set();
const chosen = data.choices.map(() => 0);
const UNITS = [["days", 86400000], ["hours", 3600000], ["minutes", 60000], ["seconds", 1000]];

/** Return the view of what is chosen of the other keys. */
function view() {
  const values = data.choices.map((one, place) => one.values[chosen[place]]);
  return data.views.find((one) => one.chosen.every((value, place) => value === values[place]));
}

const names = [...new Set(data.views.flatMap((one) => one.groups.map((group) => group.name)))];
const place = (group) => names.indexOf(group.name);
const visible = () => view().groups.filter((group) => !hidden.has(group.name));
const stroke = (group, width) => ({ color: branchColour(place(group)), dash: branchDash(place(group)), width });
const percent = (part, whole) => (whole ? (100 * part / whole).toFixed(2) : "0") + "%";
const axis = (title, more) => ({ ...axisLook(), title: { text: title, font: { size: 13, color: colour("soft") } }, ...more });

function drawSurvival() {
  const longest = Math.max(1, ...view().groups.map((group) => group.survival.t.at(-1)));
  const [unit, length] = UNITS.find((one) => longest >= 2 * one[1]) || UNITS[3];
  const traces = visible().map((group) => ({
    type: "scatter", mode: "lines", x: group.survival.t.map((t) => t / length),
    y: group.survival.left.map((left) => 100 * left / (group.runs || 1)),
    text: group.survival.left.map((left) => plain(`${group.name}: ${left} of ${group.runs} runs left, ${percent(left, group.runs)}`)),
    hovertemplate: `%{text}<br>after %{x:.4~f} ${unit}<extra></extra>`, line: { ...stroke(group, 2.2), shape: "hv" },
  }));
  const layout = { ...baseLayout(), xaxis: axis(`${unit} since the opening`, { rangemode: "tozero" }), yaxis: axis("not liquidated, % of runs", { range: [0, 103], tickvals: [0, 25, 50, 75, 100] }) };
  return Plotly.react("survival", traces, layout, CONFIG);
}

function drawSpread() {
  const groups = visible();
  const traces = groups.flatMap((group) => {
    if (group.mean === null) return [];
    const [p5, p25, p50, p75, p95] = group.quantiles.map(Number);
    const color = branchColour(place(group)), name = plain(group.name);
    const bar = (from, to, width) => ({ type: "scatter", mode: "lines", x: [from, to], y: [name, name], line: { color, width }, hoverinfo: "skip" });
    const points = data.percents.map((one, index) => `${one}%: ${grouped(group.quantiles[index])}`);
    return [bar(p5, p95, 2), bar(p25, p75, 12), {
      type: "scatter", mode: "markers", y: Array(6).fill(name), x: [p5, p25, p50, p75, p95, Number(group.mean)],
      text: [...points, `mean: ${grouped(group.mean)}`].map((text) => `${name}<br>${text}`), hovertemplate: "%{text}<extra></extra>",
      marker: { color: [color, color, colour("page"), color, color, colour("page")], symbol: ["line-ns", "line-ns", "line-ns", "line-ns", "line-ns", "diamond"], size: [10, 10, 12, 10, 10, 9], line: { width: [2, 2, 3, 2, 2, 2], color: [color, color, colour("page"), color, color, color] } },
    }];
  });
  const layout = {
    ...baseLayout(), xaxis: axis("profit and loss, quote currency", { tickformat: ",~f", zeroline: true, zerolinecolor: colour("soft"), nticks: narrow() ? 5 : 12 }),
    yaxis: { ...axisLook(), type: "category", categoryarray: groups.map((group) => plain(group.name)).reverse(), fixedrange: true },
  };
  document.getElementById("spread").style.height = `${Math.max(180, 90 + 42 * groups.length)}px`;
  return Plotly.react("spread", traces, layout, CONFIG);
}

function drawHistogram() {
  const { edges } = view();
  const traces = visible().map((group) => ({
    type: "scatter", mode: "lines", x: edges.map(Number), y: [...group.counts, 0].map((count) => 100 * count / (group.runs || 1)),
    text: [...group.counts, 0].map((count, index) => plain(`${group.name}: ${count} of ${group.runs} runs, ${percent(count, group.runs)}`) +
      (edges[index + 1] ? `<br>from ${grouped(edges[index])} to below ${grouped(edges[index + 1])}` : "")),
    hovertemplate: "%{text}<extra></extra>", line: { ...stroke(group, 2), shape: "hv" },
  }));
  const layout = { ...baseLayout(), xaxis: axis("profit and loss, quote currency", { tickformat: ",~f", zeroline: true, zerolinecolor: colour("soft"), nticks: narrow() ? 5 : 12 }), yaxis: axis("% of runs", { rangemode: "tozero", tickformat: ",~f" }) };
  return Plotly.react("histogram", traces, layout, CONFIG);
}

function draw() { drawSurvival(); drawSpread(); drawHistogram(); }

function legend() {
  const buttons = names.map((name) => toggle(
    [sample({ color: "", colour: branchColour(names.indexOf(name)), dash: branchDash(names.indexOf(name)), width: 3 }), make("span", { class: "text" }, name)],
    !hidden.has(name), (on) => { if (on) hidden.delete(name); else hidden.add(name); draw(); }));
  document.getElementById("legend").replaceChildren(...buttons);
}

data.choices.forEach((one, index) => {
  document.getElementById("choose").append(choice(one.key, one.values, (value) => { chosen[index] = value; draw(); }));
});
draw();
legend();
redraws.push(() => { draw(); legend(); });
