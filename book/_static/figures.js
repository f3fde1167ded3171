// Charts. Each is on the page as a drawing (SVG), its data as a table, its specification as JSON without that data.
// On the first interaction with a chart, by pointer or by keyboard, Vega-Lite is loaded from beside this script, once
// for all charts, and renders the chart again: with tooltips, highlighting, filters. A drawing for phones stays.
"use strict";

(() => {
  const FORMATS = { PNG: savePng, SVG: saveSvg, CSV: saveCsv };
  let library; // the promise of Vega-Lite

  document.addEventListener("DOMContentLoaded", () => {
    for (const figure of document.querySelectorAll(".cixi-figure:has(> .cixi-drawing)")) prepare(figure);
  });

  function prepare(figure) {
    const drawing = figure.querySelector(".cixi-drawing");
    const title = figure.querySelector("figcaption strong").textContent;
    const menu = element("details", "cixi-menu", drawing, "afterend");
    const summary = element("summary", "", menu, "beforeend");
    summary.textContent = "⋯";
    summary.setAttribute("aria-label", `下载：${title}`);
    for (const [format, save] of Object.entries(FORMATS))
      button(menu, `下载 ${format}`).addEventListener("click", () => { save(figure, title); menu.open = false; });
    if (figure.dataset.alone)
      button(menu, "单独一页与嵌入").addEventListener("click", () => { menu.open = false; embed(figure, title, menu); });
    menu.addEventListener("focusout", (event) => { if (!menu.contains(event.relatedTarget)) menu.open = false; });
    const activate = () => enliven(figure, drawing);
    drawing.addEventListener("pointerenter", activate);
    drawing.addEventListener("focus", activate);
  }

  async function enliven(figure, drawing) {
    if (figure.dataset.state || drawing.querySelector(".narrow")?.checkVisibility()) return;
    figure.dataset.state = "loading";
    try {
      library ??= cixiLoad("charts.js");
      await library;
      const spec = specification(figure);
      const still = drawing.querySelector("svg");
      const live = element("div", "cixi-live", still, "afterend");
      const filters = element("div", "cixi-filters", drawing, "afterend");
      const { view } = await vegaEmbed(live, spec, {
        mode: "vega-lite", renderer: "svg", actions: false, config: window.cixiTheme, bind: filters,
        loader: { target: "_self" }, tooltip: { theme: document.documentElement.dataset.theme },
      });
      const drawn = live.querySelector("svg");
      for (const name of ["role", "aria-label", "overflow", "font-family"])
        drawn.setAttribute(name, still.getAttribute(name));
      // Vega's outer elements lose their ARIA roles and labels; the drawing has the alternative text.
      for (const outer of live.querySelectorAll("[role], [aria-roledescription]"))
        if (!drawn.contains(outer)) for (const name of ["role", "aria-roledescription", "aria-label"]) outer.removeAttribute(name);
      still.remove();
      figure.dataset.state = "live";
      figure.cixiView = view;
    } catch (error) {
      delete figure.dataset.state;
      drawing.querySelector(".cixi-live")?.remove(); // the drawing stays
      throw error;
    }
  }

  // The specification with its data, part of which is read from the table.
  function specification(figure) {
    const spec = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
    const table = figure.querySelector("table[data-set]");
    for (const [name, fields] of Object.entries(spec.datasets)) {
      if (name === table.dataset.set) Object.assign(fields, columns(table));
      const length = Math.max(0, ...Object.values(fields).map((values) => values.length));
      spec.datasets[name] = Array.from({ length }, (_, n) =>
        Object.fromEntries(Object.entries(fields).map(([field, values]) => [field, values[n]])),
      );
    }
    return spec;
  }

  function columns(table) {
    const value = (text, numeric) => (text === "" ? null : numeric ? Number(text) : text);
    const heads = [...table.tHead.rows[0].cells];
    // A row keeps its number, whatever the reader sorted the table by.
    const rows = [...table.tBodies[0].rows].sort((a, b) => (a.dataset.row ?? 0) - (b.dataset.row ?? 0));
    return Object.fromEntries(heads.map((head, n) => [
      head.dataset.field,
      rows.map((row) => value(row.cells[n].textContent, head.classList.contains("number"))),
    ]));
  }

  // The chart's page of its own (book/figure_pages.py): its address, and the code that puts it into another page.
  function embed(figure, title, menu) {
    const alone = new URL(figure.dataset.alone, window.location.href.replace(/[?#].*$/, "")).href;
    const drawings = [...figure.querySelectorAll(".cixi-drawing svg")];
    const height = Math.max(...drawings.map((svg) => Number(svg.getAttribute("height")) || 0)) + 170; // and its words
    const frame = element("iframe", "", document.createElement("p"), "afterbegin");
    for (const [name, value] of Object.entries({ src: alone, title, width: "100%", height: Math.ceil(height), style: "border:0" }))
      frame.setAttribute(name, value);
    frame.removeAttribute("class");
    cixiAddress(menu, "单独一页与嵌入", { "地址": alone, "嵌入代码": frame.outerHTML }, menu.querySelector("summary"), alone);
  }

  // ---- Downloads: made from the page's content, without the library and without the network.

  function saveCsv(figure) {
    const table = figure.querySelector("table[data-set]");
    const quoted = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    const safe = (cell, text) => (/^[=+\-@\t\r]/.test(text) && isNaN(text) ? `'${text}` : text); // no formula
    const line = (row) => [...row.cells].map((cell) => quoted(safe(cell, words(cell)))).join(",");
    const lines = [table.tHead.rows[0], ...table.tBodies[0].rows].map(line);
    save(new Blob(["\ufeff", lines.join("\r\n"), "\r\n"], { type: "text/csv" }), `${figure.id}.csv`);
  }

  function saveSvg(figure, title) {
    save(new Blob([picture(figure, title).text], { type: "image/svg+xml" }), `${figure.id}.svg`);
  }

  function savePng(figure, title) {
    const { text, width, height } = picture(figure, title);
    const image = new Image();
    image.onload = () => {
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [width * 2, height * 2];
      const paper = canvas.getContext("2d");
      paper.scale(2, 2);
      paper.drawImage(image, 0, 0, width, height);
      canvas.toBlob((blob) => save(blob, `${figure.id}.png`));
    };
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  }

  // The drawing on a white background, its title above and its source below.
  function picture(figure, title) {
    const SVG = "http://www.w3.org/2000/svg";
    const drawn = [...figure.querySelectorAll(".cixi-drawing svg")].find((svg) => svg.checkVisibility()).cloneNode(true);
    const [wide, high] = ["width", "height"].map((side) => Number(drawn.getAttribute(side)));
    const width = Math.max(wide, 320) + 32;
    const lines = wrapped(title, (width - 32) / 16);
    const top = 20 + lines.length * 22;
    const height = top + high + 36;
    const paper = document.createElementNS(SVG, "svg");
    const put = (name, attributes, text = "") => {
      const one = paper.appendChild(document.createElementNS(SVG, name));
      for (const [key, value] of Object.entries(attributes)) one.setAttribute(key, value);
      one.textContent = text;
    };
    for (const [key, value] of Object.entries({ xmlns: SVG, width, height, viewBox: `0 0 ${width} ${height}` }))
      paper.setAttribute(key, value);
    paper.setAttribute("font-family", drawn.getAttribute("font-family"));
    put("rect", { width, height, fill: "#ffffff" });
    lines.forEach((line, n) => put("text", { x: 16, y: 28 + n * 22, "font-size": 16, "font-weight": 600 }, line));
    drawn.setAttribute("x", 16);
    drawn.setAttribute("y", top);
    paper.append(drawn);
    const [source, year] = [[...new Set(document.title.split(" — "))].join(" — "), /-(\d{4})$/.exec(figure.id)?.[1] ?? ""];
    const told = source.includes(year) ? source : `${year}年，${source}`; // the first page and dossiers name no year
    put("text", { x: 16, y: height - 12, "font-size": 11, fill: "#5a6660" }, told);
    return { text: new XMLSerializer().serializeToString(paper), width, height };
  }

  function wrapped(text, room) {
    const lines = [""];
    let used = 0;
    for (const character of text) {
      const width = character < "\u0250" ? 0.6 : 1;
      if (used + width > room) { lines.push(""); used = 0; }
      lines[lines.length - 1] += character;
      used += width;
    }
    return lines;
  }

  function save(blob, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  const words = (cell) => (cell.querySelector("button") ?? cell).textContent.trim();

  function element(tag, name, beside, where) {
    const made = document.createElement(tag);
    made.className = name;
    beside.insertAdjacentElement(where, made);
    return made;
  }

  function button(menu, text) {
    const made = element("button", "", menu, "beforeend");
    made.type = "button";
    made.textContent = text;
    return made;
  }
})();
