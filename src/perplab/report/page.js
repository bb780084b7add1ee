// The page: its data, the theme, and small builders that put text in as text.
"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const root = document.documentElement;
const redraws = [];

/** Return an element with attributes and children; texts are never read as HTML. */
function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === "onclick") element.addEventListener("click", value);
    else if (value !== undefined && value !== null) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** Return a CSS variable's colour in the theme of the moment. */
function colour(name) {
  return getComputedStyle(root).getPropertyValue("--" + name).trim();
}

/** Return decimal text with thousands, its digits as they are. */
function grouped(text) {
  const [whole, part] = text.split(".");
  const digits = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return part === undefined ? digits : digits + "." + part;
}

/** Return text that plotly shows as it is: it would read tags. */
function plain(text) {
  return String(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Return a toggle button that tells its state. */
function toggle(content, pressed, act) {
  const button = make("button", { type: "button", "aria-pressed": String(pressed) }, ...content);
  button.addEventListener("click", () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    act(on);
  });
  return button;
}

/** Return a labelled choice of texts; what is chosen is given by its place. */
function choice(label, texts, act) {
  const select = make("select", {});
  texts.forEach((text, place) => select.append(make("option", { value: place }, text)));
  select.addEventListener("change", () => act(Number(select.value)));
  return make("label", {}, label, select);
}

const narrow = () => window.innerWidth < 700;

(function theme() {
  const button = document.getElementById("theme");
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  let chosen = null;
  try { chosen = localStorage.getItem("perplab-theme"); } catch { chosen = null; }
  function apply() {
    const dark = chosen === null ? system.matches : chosen === "dark";
    root.dataset.theme = dark ? "dark" : "light";
    button.setAttribute("aria-pressed", String(dark));
    redraws.forEach((redraw) => redraw());
  }
  button.hidden = false;
  button.addEventListener("click", () => {
    chosen = root.dataset.theme === "dark" ? "light" : "dark";
    try { localStorage.setItem("perplab-theme", chosen); } catch { /* kept for this page alone */ }
    apply();
  });
  system.addEventListener("change", apply);
  apply();
})();
