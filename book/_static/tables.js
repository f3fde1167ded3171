// Tables sort by a click on a heading (tablesort) and show only the rows a reader asks for. Without this script they
// are plain tables. Rows are hidden, never removed: anchors, and the data of a chart, stay where they are.
"use strict";

(() => {
  const CHINESE = new Intl.Collator("zh-CN", { numeric: true });
  const EMPTY = "—";
  const FEW = 5; // rows that nobody needs to sort
  const MANY = 12; // rows that one would rather search

  const numberOf = (text) => {
    const found = text.replaceAll("−", "-").replace(/[,，\s]/g, "").match(/[-+]?\d+(?:\.\d+)?/);
    return found ? Number(found[0]) : Infinity;
  };
  // The library sorts in reverse and turns the result round.
  Tablesort.extend("number", () => false, (a, b) => numberOf(b) - numberOf(a));
  Tablesort.extend("words", () => true, (a, b) => CHINESE.compare(b.trim(), a.trim()));

  document.addEventListener("DOMContentLoaded", () => {
    for (const table of document.querySelectorAll("table.cixi-table")) prepare(table);
    addEventListener("hashchange", reveal);
    reveal();
  });

  // What a table may do stands in its markup: `data-plain` does nothing; a heading with `data-filter` gets a list.
  function prepare(table) {
    const rows = table.tBodies[0] ? [...table.tBodies[0].rows] : [];
    if (rows.length < FEW || !table.tHead || "plain" in table.dataset) return;
    const bar = document.createElement("div");
    bar.className = "cixi-tools cixi-table-tools";
    sortable(table, rows, bar);
    filterable(table, rows, bar);
    table.closest(".cixi-scroll").insertAdjacentElement("beforebegin", bar);
  }

  function sortable(table, rows, bar) {
    rows.forEach((row, n) => (row.dataset.row = n));
    const heads = [...table.tHead.rows[0].cells];
    for (const head of heads) {
      head.dataset.sortMethod = head.classList.contains("number") ? "number" : "words";
      const button = document.createElement("button");
      button.type = "button";
      button.className = "cixi-sort";
      button.append(...head.childNodes);
      head.append(button);
    }
    new Tablesort(table);
    for (const head of heads) {
      head.removeAttribute("tabindex"); // the button inside has the focus
      head.removeAttribute("role"); // it is a heading of a column by itself
    }
    const back = document.createElement("button");
    back.type = "button";
    back.className = "cixi-button";
    back.textContent = "恢复原来的次序";
    back.hidden = true;
    back.addEventListener("click", () => {
      table.tBodies[0].append(...rows);
      heads.forEach((head) => head.removeAttribute("aria-sort"));
      back.hidden = true;
      heads[0].querySelector("button").focus();
    });
    bar.append(back);
    table.addEventListener("afterSort", () => {
      const column = heads.findIndex((head) => head.hasAttribute("aria-sort"));
      const none = [...table.tBodies[0].rows].filter((row) => [EMPTY, ""].includes(row.cells[column].textContent.trim()));
      table.tBodies[0].append(...none); // no value: last, in either direction
      back.hidden = false;
    });
  }

  function filterable(table, rows, bar) {
    const heads = [...table.tHead.rows[0].cells];
    const listed = heads.filter((head) => "filter" in head.dataset);
    if (rows.length < MANY && !listed.length) return;
    const called = table.caption?.textContent ?? table.closest("[aria-label]")?.getAttribute("aria-label") ?? "";
    const text = Object.assign(document.createElement("input"), { type: "search", placeholder: "筛选各行…" });
    text.setAttribute("aria-label", `筛选各行：${called}`);
    const lists = listed.map((head) => {
      const name = head.textContent.trim();
      const list = document.createElement("select");
      list.setAttribute("aria-label", `只看一种“${name}”：${called}`);
      list.add(new Option(`${name}：全部`, ""));
      const column = heads.indexOf(head);
      const values = new Set(rows.flatMap((row) => valuesOf(row.cells[column])));
      for (const value of [...values].sort(CHINESE.compare)) list.add(new Option(value, value));
      return { list, column };
    });
    const count = Object.assign(document.createElement("span"), { className: "cixi-count" });
    count.setAttribute("role", "status");
    bar.prepend(text, ...lists.map(({ list }) => list), count);
    const apply = () => {
      const wanted = plain(text.value).split(/\s+/).filter(Boolean);
      for (const row of rows) {
        const held = plain(row.textContent);
        row.hidden = !(
          wanted.every((word) => held.includes(word)) &&
          lists.every(({ list, column }) => !list.value || valuesOf(row.cells[column]).includes(list.value))
        );
      }
      const shown = rows.filter((row) => !row.hidden).length;
      count.textContent = shown < rows.length ? `显示 ${shown} / ${rows.length} 行` : `共 ${rows.length} 行`;
    };
    for (const control of [text, ...lists.map(({ list }) => list)]) control.addEventListener("input", apply);
    table.addEventListener("show-all", () => {
      for (const control of [text, ...lists.map(({ list }) => list)]) control.value = "";
      apply();
    });
    apply();
  }

  // A cell may hold several values (责任单位), each an element of its own.
  function valuesOf(cell) {
    const parts = cell.querySelectorAll("[data-value]");
    const values = parts.length ? [...parts].map((part) => part.textContent.trim()) : [cell.textContent.trim()];
    return values.filter((value) => value && value !== EMPTY);
  }

  const plain = (text) => text.normalize("NFKC").toLowerCase();

  // A link to a row that is filtered away, or folded, shows it.
  function reveal() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    const [folded, row] = [target.closest("details:not([open])"), target.closest("tr")];
    if (folded) folded.open = true;
    const hidden = row?.hidden;
    if (hidden) row.closest("table").dispatchEvent(new CustomEvent("show-all"));
    if (folded || hidden) target.scrollIntoView();
  }
})();
