// What is wrong with a page, as a reader would see it: check(window) returns its problems, how
// many texts it looked at, and whether it is dark.
function check(view) {
  const page = view.document, wide = page.documentElement.clientWidth, problems = [];
  const SLACK = 1.5;  // pixels

  function luminance([r, g, b]) {
    const linear = c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  }
  function contrast(a, b) {
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  }
  const numbers = text => (text.match(/[\d.]+/g) || []).map(Number);
  const opaque = colour => colour.length === 3 || colour[3] > 0.99;

  function ground(element) {
    for (let each = element; each; each = each.parentElement) {
      const colour = numbers(view.getComputedStyle(each).backgroundColor);
      if (colour.length && opaque(colour)) return colour;
    }
    return [255, 255, 255];
  }
  // Of a text in a figure: the rectangle that it stands on, or the page.
  function under(text, box) {
    const x = (box.left + box.right) / 2, y = (box.top + box.bottom) / 2;
    for (const rect of [...text.ownerSVGElement.querySelectorAll("rect")].reverse()) {
      const r = rect.getBoundingClientRect();
      if (r.left <= x && x <= r.right && r.top <= y && y <= r.bottom)
        return numbers(view.getComputedStyle(rect).fill);
    }
    return ground(text.ownerSVGElement.parentElement);
  }

  // Lines of text, where they are painted.
  const pieces = [];
  const walker = page.createTreeWalker(page.body, view.NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement, text = node.data.trim();
    if (!text || element.closest("script,style,title,#tip,details:not([open])")) continue;
    const style = view.getComputedStyle(element);
    if (style.visibility === "hidden") continue;
    const range = page.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      if (box.width < 1 || box.height < 1) continue;
      // A line's box is higher than its letters.
      const inset = box.height * 0.15;
      pieces.push({text: text.slice(0, 40), element, style, left: box.left, right: box.right,
                   top: box.top + inset, bottom: box.bottom - inset});
    }
  }

  // Nothing beyond the edges: of the screen, of a figure, of what scrolls or hides.
  const seen = new Set();
  function tell(problem) { if (!seen.has(problem)) { seen.add(problem); problems.push(problem); } }
  if (page.documentElement.scrollWidth > wide + SLACK)
    tell(`scrolls sideways: ${page.documentElement.scrollWidth} of ${wide} pixels`);
  for (const each of page.querySelectorAll("main, figure, .panel, .scroll, table, pre, dl"))
    if (each.clientWidth && each.scrollWidth > each.clientWidth + SLACK)
      tell(`${each.tagName} ${each.className} is cut: ${each.scrollWidth} in ${each.clientWidth}`);
  for (const each of page.querySelectorAll("th, td, figure, svg.chart:not(.symbols), img, button")) {
    const box = each.getBoundingClientRect();
    if (box.width && (box.left < -SLACK || box.right > wide + SLACK))
      tell(`${each.tagName} off the screen: ${each.textContent.trim().slice(0, 40)}`);
  }
  for (const svg of page.querySelectorAll(".panel svg")) {
    const frame = svg.getBoundingClientRect();
    if (!frame.width) continue;
    for (const shape of svg.querySelectorAll("text, use, rect, path, image, circle")) {
      const box = shape.getBoundingClientRect(), around = 3;
      if (box.left < frame.left - around || box.right > frame.right + around ||
          box.top < frame.top - around || box.bottom > frame.bottom + around)
        tell(`${shape.tagName} ${shape.textContent} leaves its figure ${svg.getAttribute("aria-label")}`);
    }
  }

  for (const piece of pieces) {
    if (piece.left < -SLACK || piece.right > wide + SLACK) tell(`"${piece.text}" is off the screen`);
    const drawn = piece.element instanceof view.SVGElement;
    const colour = numbers(drawn ? piece.style.fill : piece.style.color);
    const behind = drawn ? under(piece.element, piece) : ground(piece.element);
    const found = contrast(colour, behind);
    if (found < 4.5) tell(`"${piece.text}" has a contrast of ${found.toFixed(2)}`);
  }

  // No text over another.
  pieces.sort((a, b) => a.top - b.top);
  pieces.forEach((a, i) => {
    for (let k = i + 1; k < pieces.length && pieces[k].top < a.bottom; ++k) {
      const b = pieces[k];
      if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > SLACK &&
          Math.min(a.bottom, b.bottom) - b.top > SLACK)
        tell(`"${a.text}" lies on "${b.text}"`);
    }
  });
  const [r] = ground(page.body);
  return {problems, texts: pieces.length, dark: r < 128};
}

// What the page's script does: use(window) returns what a reader sees who points and clicks.
function use(view) {
  const page = view.document, seen = {};
  const $ = selector => page.querySelector(selector);
  const figure = $("figure"), [first, second] = figure.querySelectorAll(".legend button");
  const visible = () => [...figure.querySelectorAll(".s")]
    .filter(each => view.getComputedStyle(each).opacity === "1").map(each => each.dataset.n);
  const all = visible().length;
  const click = (target, how = {}) => target.dispatchEvent(
    new view.MouseEvent("click", {bubbles: true, cancelable: true, ...how}));
  click(first);
  seen.alone = [...new Set(visible())];
  click(second, {shiftKey: true});
  seen.both = [...new Set(visible())];
  click(second, {shiftKey: true});
  click(first);
  seen.restored = visible().length === all;

  const mark = figure.querySelector("[data-t]"), box = mark.getBoundingClientRect();
  mark.dispatchEvent(new view.PointerEvent("pointermove", {
    bubbles: true, clientX: box.left + box.width / 2, clientY: box.top + box.height / 2}));
  seen.hover = page.getElementById("tip").textContent;

  const table = $("table.cells"), rows = () => [...table.tBodies[0].rows];
  const times = () => rows().map(row => row.cells[2].textContent);
  const before = times().join();
  const head = [...table.tHead.rows[0].cells].find(each => each.textContent.includes("time"));
  click(head.querySelector("button"));
  seen.ascending = times();
  click(head.querySelector("button"));
  seen.descending = times();
  click(head.querySelector("button"));
  seen.unsorted = times().join() === before;
  const input = table.parentElement.previousElementSibling.querySelector("input");
  input.value = "transformer -skipped";
  input.dispatchEvent(new view.Event("input"));
  seen.filtered = rows().filter(row => !row.hidden).map(row => row.cells[1].textContent);
  input.value = "";
  input.dispatchEvent(new view.Event("input"));
  seen.unfiltered = rows().every(row => !row.hidden);

  click($("#verdict-linear a[data-names]"));
  seen.marked = [...page.querySelectorAll("tr.hit")].map(row => row.dataset.c);
  return seen;
}
