// Tables sort by a click on a heading (tablesort) and filter their rows. Without this script they
// are plain tables. Rows are hidden, never removed: anchors, and the data of a chart, stay where they are.
"use strict";

(() => {
  const CHINESE = new Intl.Collator("zh-CN", { numeric: true });
  const EMPTY = "—";
  const FEW = 5; // fewer rows need no sorting
  const MANY = 12; // from so many rows on there is a filter

  const numberOf = (text) => {
    const found = text.replaceAll("−", "-").replace(/[,，\s]/g, "").match(/[-+]?\d+(?:\.\d+)?/);
    return found ? Number(found[0]) : Infinity;
  };
  // The library sorts in reverse and turns the result round.
  Tablesort.extend("number", () => false, (a, b) => numberOf(b) - numberOf(a));
  Tablesort.extend("words", () => true, (a, b) => CHINESE.compare(b.trim(), a.trim()));

  document.addEventListener("DOMContentLoaded", () => {
    for (const table of document.querySelectorAll("table.cixi-table")) prepare(table);
    findings([...document.querySelectorAll(".cixi-finding")]);
    addEventListener("hashchange", reveal);
    reveal();
  });

  // The markup configures a table: `data-plain` disables the script; a heading with `data-filter` gets a list.
  function prepare(table) {
    const rows = table.tBodies[0] ? [...table.tBodies[0].rows] : [];
    if (rows.length < FEW || !table.tHead || "plain" in table.dataset) return;
    const bar = document.createElement("div");
    bar.className = "cixi-tools cixi-table-tools";
    const merged = mergedCells(rows);
    sortable(table, rows, bar, merged);
    filterable(table, rows, bar, merged);
    table.closest(".cixi-sheet").insertAdjacentElement("beforebegin", bar);
  }

  // A merged cell belongs to each of its rows: before rows move or disappear, each gets a copy. In the plan's order and
  // with all rows in sight the cells are merged again.
  function mergedCells(rows) {
    const cells = rows.flatMap((row, at) => [...row.cells].filter((cell) => cell.rowSpan > 1).map((cell) => ({ cell, at, span: cell.rowSpan })));
    const copies = [];
    return {
      split() {
        if (copies.length) return;
        for (const { cell, at, span } of cells) {
          cell.rowSpan = 1;
          const column = cell.cellIndex; // the merged columns before it have their copies already
          for (const row of rows.slice(at + 1, at + span)) {
            const copy = cell.cloneNode(true);
            row.insertBefore(copy, row.cells[column]);
            copies.push(copy);
          }
        }
      },
      join() {
        for (const copy of copies.splice(0)) copy.remove();
        for (const { cell, span } of cells) cell.rowSpan = span;
      },
    };
  }

  function sortable(table, rows, bar, merged) {
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
      if (!rows.some((row) => row.hidden)) merged.join();
      heads[0].querySelector("button").focus();
    });
    bar.append(back);
    table.addEventListener("beforeSort", merged.split);
    table.addEventListener("afterSort", () => {
      const column = heads.findIndex((head) => head.hasAttribute("aria-sort"));
      const none = [...table.tBodies[0].rows].filter((row) => [EMPTY, ""].includes(row.cells[column].textContent.trim()));
      table.tBodies[0].append(...none); // no value: last, in either direction
      back.hidden = false;
    });
  }

  function filterable(table, rows, bar, merged) {
    const heads = [...table.tHead.rows[0].cells];
    const listed = heads.filter((head) => "filter" in head.dataset);
    if (rows.length < MANY && !listed.length) return;
    const called = table.caption?.textContent ?? table.closest("[aria-label]")?.getAttribute("aria-label") ?? "";
    merged.split();
    const lists = listed.flatMap((head) => {
      const column = heads.indexOf(head);
      const parts = rows.flatMap((row) => [...row.cells[column].querySelectorAll("[data-value]")]);
      const kinds = new Set(parts.length ? parts.map((part) => part.dataset.value) : [""]);
      return [...kinds].map((kind) => [kind || head.textContent.trim(), (row) => valuesOf(row.cells[column], kind)]);
    });
    const whole = () => !rows.some((row) => row.hidden) && !heads.some((head) => head.hasAttribute("aria-sort"));
    filter(table, rows, bar, called, "行", new Map(lists), merged.split, () => whole() && merged.join());
  }

  // The findings of the audit: by result and chapter. While anything is filtered away, what holds hits is open.
  function findings(all) {
    if (!all.length) return;
    const bar = Object.assign(document.createElement("div"), { className: "cixi-tools cixi-table-tools" });
    const lists = new Map([
      ["结果", (one) => [one.dataset.grade]],
      ["章节", (one) => one.dataset.chapters.split(" ")],
    ]);
    const folds = [...new Set(all.map((one) => one.closest("details")))].filter(Boolean);
    filter(document, all, bar, "对照", "处", lists, () => {}, () => {
      const some = all.some((one) => one.hidden);
      for (const fold of folds) fold.open = some && fold.querySelector(".cixi-finding:not([hidden])") !== null;
    });
    document.querySelector(".bd-article h2").insertAdjacentElement("beforebegin", bar);
  }

  // A field, and a list for each `name → values of a row`, by which only some rows are shown; `before` and `after` each time.
  function filter(target, rows, bar, called, unit, values, before, after) {
    const text = Object.assign(document.createElement("input"), { type: "search", placeholder: `筛选各${unit}…` });
    text.setAttribute("aria-label", `筛选各${unit}：${called}`);
    const lists = [...values].map(([name, of]) => {
      const list = document.createElement("select");
      list.setAttribute("aria-label", `只看一种“${name}”：${called}`);
      list.add(new Option(`${name}：全部`, ""));
      for (const value of [...new Set(rows.flatMap(of))].sort(inOrder)) list.add(new Option(value, value));
      return { list, of };
    });
    const controls = [text, ...lists.map(({ list }) => list)];
    const count = Object.assign(document.createElement("span"), { className: "cixi-count" });
    count.setAttribute("role", "status");
    bar.prepend(...controls, count);
    const apply = () => {
      before();
      const wanted = plain(text.value).split(/\s+/).filter(Boolean);
      for (const row of rows) {
        const held = plain(row.textContent);
        row.hidden = !(
          wanted.every((word) => held.includes(word)) &&
          lists.every(({ list, of }) => !list.value || of(row).includes(list.value))
        );
      }
      const shown = rows.filter((row) => !row.hidden).length;
      bar.classList.toggle("some", shown < rows.length); // on paper too
      count.textContent = shown < rows.length ? `显示 ${shown} / ${rows.length} ${unit}` : `共 ${rows.length} ${unit}`;
      after();
    };
    for (const control of controls) control.addEventListener("input", apply);
    target.addEventListener("show-all", () => {
      for (const control of controls) control.value = "";
      apply();
    });
    apply();
  }

  // A cell may hold several values (责任单位), or values of several kinds (领域, 类型), each an element of its own.
  function valuesOf(cell, kind) {
    const parts = cell.querySelectorAll(`[data-value="${kind}"]`);
    const values = parts.length ? [...parts].map((part) => part.textContent.trim()) : [cell.textContent.trim()];
    return values.filter((value) => value && value !== EMPTY);
  }

  const GROUPS = /(?<=\d),(?=\d{3}(?!\d))/g; // 3,300,000 is 3300000

  // 一（二） comes before 三（一）.
  const numbered = (text) => text.replace(/[一二三四五六七八九]/g, (digit) => "一二三四五六七八九".indexOf(digit) + 1);
  const inOrder = (a, b) => CHINESE.compare(numbered(a), numbered(b));
  const plain = (text) => text.normalize("NFKC").toLowerCase().replace(GROUPS, "");

  // A link to a row that is filtered away, or folded, shows it.
  function reveal() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    const hidden = target.closest("tr, .cixi-finding")?.hidden;
    if (hidden) target.dispatchEvent(new CustomEvent("show-all", { bubbles: true }));
    const folded = target.closest("details:not([open])");
    if (folded) folded.open = true;
    if (folded || hidden) target.scrollIntoView();
  }
})();
