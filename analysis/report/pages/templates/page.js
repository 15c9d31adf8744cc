"use strict";
// Without it the page reads as well: what it adds are hover values, lines alone, and tables
// that sort and filter.

const all = (selector, within = document) => [...within.querySelectorAll(selector)];

// ---- Hover values: of the nearest point.

const tip = document.getElementById("tip");
const NEAR = 40;  // pixels

function distance(mark, x, y) {
  const box = mark.getBoundingClientRect();
  const dx = Math.max(box.left - x, 0, x - box.right);
  const dy = Math.max(box.top - y, 0, y - box.bottom);
  const centre = Math.hypot(x - (box.left + box.right) / 2, y - (box.top + box.bottom) / 2);
  return Math.hypot(dx, dy) + centre / 1000;
}

function nearest(svg, x, y) {
  const alone = svg.closest("figure")?.classList.contains("some");
  let best = null, least = NEAR;
  for (const mark of svg.querySelectorAll(alone ? ".s.on [data-t]" : "[data-t]")) {
    const far = distance(mark, x, y);
    if (far < least) [best, least] = [mark, far];
  }
  return best;
}

function tell(event) {
  const svg = event.target.closest?.(".panel svg");
  const mark = svg && nearest(svg, event.clientX, event.clientY);
  tip.hidden = !mark;
  if (!mark) return;
  const name = mark.closest("[data-n]")?.dataset.n;
  tip.textContent = (name ? name + " · " : "") + mark.dataset.t;
  const box = mark.getBoundingClientRect(), page = document.documentElement;
  const left = (box.left + box.right) / 2 - tip.offsetWidth / 2;
  const above = Math.min(box.top, event.clientY) - tip.offsetHeight - 8;
  tip.style.left = scrollX + Math.max(4, Math.min(left, page.clientWidth - tip.offsetWidth - 4)) + "px";
  tip.style.top = scrollY + (above > 0 ? above : Math.max(box.bottom, event.clientY) + 12) + "px";
}

document.addEventListener("pointermove", tell);
document.addEventListener("pointerdown", tell);

// ---- Legends: a click shows a line alone, or adds it to those that are; another takes it away.

function show(figure, chosen) {
  figure.classList.toggle("some", chosen.size > 0);
  for (const each of all(".s", figure)) each.classList.toggle("on", chosen.has(each.dataset.s));
}

for (const figure of all("figure")) {
  const chosen = new Set();
  for (const button of all(".legend button", figure)) {
    button.setAttribute("aria-pressed", "false");
    button.title = "Show this line alone; with Shift, this one too";
    button.addEventListener("click", event => {
      const name = button.dataset.s, had = chosen.has(name);
      if (!event.shiftKey) chosen.clear();
      had ? chosen.delete(name) : chosen.add(name);
      for (const each of all(".legend button", figure))
        each.setAttribute("aria-pressed", chosen.has(each.dataset.s));
      show(figure, chosen);
    });
    button.addEventListener("pointerenter", () => {
      if (!chosen.size) show(figure, new Set([button.dataset.s]));
    });
    button.addEventListener("pointerleave", () => show(figure, chosen));
  }
}

// ---- Tables: a click on a head sorts, another turns round, a third restores.

const LEAST_TO_FILTER = 8;

function key(row, column) {
  const cell = row.cells[column], text = cell.textContent.trim();
  if (cell.dataset.v !== undefined) return Number(cell.dataset.v);
  return /^[\d,]+(\.\d+)?$/.test(text) ? Number(text.replaceAll(",", "")) : text;
}

// On a narrow screen a row is a card, whose values say what they are.
function label(table) {
  const names = [...table.tHead.rows[0].cells].map(head => head.textContent.trim());
  for (const row of table.tBodies[0].rows)
    [...row.cells].forEach((cell, column) => { if (names[column]) cell.dataset.l = names[column]; });
}

function compare(a, b, turn) {
  if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;  // what has no number comes last
  return turn * (typeof a === "number" ? a - b : a.localeCompare(b, "en", {numeric: true}));
}

function sortable(table) {
  const body = table.tBodies[0], rows = [...body.rows];
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    if (!head.textContent.trim() || rows.length < 2) return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const now = head.getAttribute("aria-sort");
      const next = {null: "ascending", ascending: "descending", descending: null}[now];
      for (const each of heads) each.removeAttribute("aria-sort");
      let order = rows;
      if (next) {
        head.setAttribute("aria-sort", next);
        const turn = next === "ascending" ? 1 : -1;
        order = [...rows].sort((a, b) => compare(key(a, column), key(b, column), turn));
      }
      body.append(...order);
    });
  });
}

// Rows that have all words; "-word" for those that lack it.
function filterable(table) {
  const rows = [...table.tBodies[0].rows];
  if (rows.length < LEAST_TO_FILTER) return;
  const bar = document.createElement("label"), input = document.createElement("input");
  const count = document.createElement("output");
  bar.className = "filter";
  input.type = "search";
  input.placeholder = "words of a row, -without";
  bar.append("Filter", input, count);
  table.parentElement.before(bar);
  const texts = rows.map(row => row.textContent.toLowerCase());
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let left = 0;
    rows.forEach((row, i) => {
      row.hidden = !words.every(word => word.length > 1 && word[0] === "-"
        ? !texts[i].includes(word.slice(1)) : texts[i].includes(word));
      left += !row.hidden;
    });
    count.value = words.length ? `${left} of ${rows.length}` : "";
  });
}

for (const table of all("table.sortable")) {
  label(table);
  sortable(table);
  filterable(table);
}

// ---- From a verdict to its rows: those of its contestants, or all of the table.

function mark(link) {
  for (const row of all("tr.hit")) row.classList.remove("hit");
  const names = link.dataset.names.split("|");
  const table = document.getElementById(link.hash.slice(1));
  const hits = all("tr[data-c]", table).filter(row => names.includes(row.dataset.c));
  for (const row of hits) row.classList.add("hit");
  return hits[0];
}

for (const link of all("a[data-names]")) {
  link.addEventListener("click", event => {
    const first = mark(link);
    if (!first) return;
    event.preventDefault();
    history.pushState(null, "", link.hash);
    first.scrollIntoView({block: "center"});
  });
}
