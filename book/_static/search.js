// The search. passages.js is the index: the passages of all pages, and synonyms; both are plain text.
// Every word of a query must occur in a passage: in its name or its text, some of them in its page's title. Names (of
// pages, headings, indicators, items, projects, units …) rank before text. A query without hits is segmented into words
// that occur in the book, longest first.
"use strict";

(() => {
  const MOST = 60; // hits that are listed
  const AROUND = 40; // characters of an excerpt before the first word
  const LENGTH = 150; // characters of an excerpt
  const NUMBER = /^\d+(?:\p{P}\d+)*[①-⑳]?$/u;
  const NUMBERED = /(indicator|item|project)s?[-/](\d+)(-\d)?$/; // an address, by which the book and its forms name it
  const YEAR = /\/\d{4}\//;

  // Full-width forms, case, thousands separators, spaces and punctuation make no difference, the last two except between
  // digits. Cells and paragraphs are separated by line ends, which stay: no word goes from one into the next.
  const plain = (text) => folded(text).text;

  // The plain text, and for each of its characters the place where it stands in `text`.
  function folded(text) {
    const places = [];
    let made = "";
    for (const { 0: token, index } of text.matchAll(/\n|(?:[^\S\n]|\p{P})+|[^\s\p{P}]/gu)) {
      const word = token === "\n" || !/^[\s\p{P}]/u.test(token);
      const after = text.slice(index + token.length, index + token.length + 4);
      if (!word && !(/\d$/.test(made) && /^[\d０-９]/.test(after))) continue;
      if (token === "," && /^\d{3}(?!\d)/.test(after)) continue; // 3,300,000 is 3300000
      // ① stays what it is, 9① being no 91; punctuation keeps its length.
      const same = word ? !/[①-⑳]/u.test(token) : /[！-～]/u.test(token);
      const kept = same ? token.normalize("NFKC").toLowerCase() : token;
      made += kept;
      for (let n = 0; n < kept.length; n += 1) places.push(word ? index : index + n);
    }
    return { text: made, places };
  }

  // Words match as any substring of a text, numbers only whole: 40.7 is not in 84.07.
  function holder(word) {
    const literal = word.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
    return new RegExp(NUMBER.test(word) ? `(?<!\\d|\\d[.,])${literal}(?!\\d|[.,]\\d)` : literal, "gu");
  }
  const holds = (text, { pattern }) => text.search(pattern) >= 0;

  // Of a page that each year has, the newest year's stands for all where it holds the words too.
  function everyPassage() {
    const all = [];
    for (const [page, title, passages] of window.cixiPassages)
      for (const [anchor, named, text] of passages) {
        const name = named || title;
        // The number before a name and the year after it are not what a reader types.
        const short = name.replace(/^[\d.]+[①-⑳]?\s*|（\d{4} 年）$/gu, "");
        const [, kind, number, part] = NUMBERED.exec(anchor || page) ?? [];
        const called = part ? number + part.replace("-", ".") : kind && (kind === "project" ? "项目" : "指标") + number;
        const forms = [name, ...name.split(" / "), ...(called ? [called] : []), short].map(plain);
        const same = `${page.replace(YEAR, "/")}#${anchor && name}`;
        const known = { order: all.length, length: forms.at(-1).length, about: plain(title), body: plain(text) };
        all.push({ page, title, anchor, name, text, forms, same, ...known });
      }
    return all;
  }

  function hitsOf(all, words) {
    const wanted = words.map((word) => ({ word, pattern: holder(word) }));
    const [whole, hits, seen] = [words.join(""), [], new Set()];
    if (!words.length) return hits;
    for (const one of all) {
      const named = (word) => one.forms.some((form) => holds(form, word));
      const own = wanted.filter((word) => named(word) || holds(one.body, word));
      if (!own.length || !wanted.every((word) => own.includes(word) || holds(one.about, word)) || seen.has(one.same)) continue;
      seen.add(one.same);
      let fit;
      if (wanted.every(named)) {
        fit = one.forms.includes(whole) ? 3 : one.forms.some((form) => form.startsWith(whole)) ? 2 : 1;
        fit += one.anchor ? 0 : 0.5;
      } else {
        const told = wanted.map((word) => word.word.length * (named(word) ? 2 : holds(one.about, word) ? 1 : 0));
        const times = Math.min(...own.map(({ pattern }) => [...one.body.matchAll(pattern)].length));
        fit = told.reduce((sum, part) => sum + part) / whole.length / 4 + Math.min(times, 9) / 100;
      }
      hits.push({ ...one, fit, wanted });
    }
    return hits;
  }

  const ranked = (hits) =>
    hits.sort((a, b) => b.fit - a.fit || (a.fit >= 1 && a.length - b.length) || a.order - b.order);

  // The hits of a query, and (“甲”、“乙”) the words it was cut into, if it was.
  function search(query) {
    const all = everyPassage();
    const words = wordsOf(query);
    const synonyms = window.cixiSynonyms.map(([typed, meant]) => [plain(typed), wordsOf(meant)]);
    synonyms.sort((a, b) => b[0].length - a[0].length);
    const meant = words.flatMap((word) => meaning(word, synonyms));
    const [typed, other] = [hitsOf(all, words), `${meant}` === `${words}` ? [] : hitsOf(all, meant)];
    const known = new Set(typed.map(({ order }) => order));
    const found = [...typed, ...other.filter(({ order }) => !known.has(order))];
    if (found.length) return [ranked(found), ""];
    const cuts = new Set(meant.flatMap((word) => cut(word, all)));
    const pieces = together([...cuts].sort((a, b) => b.length - a.length), all);
    for (; pieces.length; pieces.pop()) {
      const some = hitsOf(all, pieces);
      if (some.length) return [ranked(some), pieces.map((piece) => `“${piece}”`).join("、")];
    }
    return [[], ""];
  }

  const wordsOf = (text) => text.split(/\s+/).map(plain).filter(Boolean);

  // The synonyms of a word as typed: 要完成什么 → 规划值, 差距.
  function meaning(word, synonyms) {
    const [typed, meant] = synonyms.find(([typed]) => word.includes(typed)) ?? [];
    if (typed === undefined) return [word];
    const at = word.indexOf(typed);
    const [before, after] = [word.slice(0, at), word.slice(at + typed.length)];
    return [...(before ? meaning(before, synonyms) : []), ...meant, ...(after ? meaning(after, synonyms) : [])];
  }

  // The longest words of two characters or more that the book has; only Chinese is cut.
  function cut(word, all) {
    const known = (piece) => all.some(({ body, forms }) => body.includes(piece) || forms[0].includes(piece));
    const pieces = [];
    for (const run of word.match(/\p{Script=Han}+|\P{Script=Han}+/gu)) {
      const least = /\p{Script=Han}/u.test(run) ? 2 : run.length;
      for (let start = 0; start + least <= run.length; ) {
        let end = start + least; // grown, not shrunk: of a pasted page each character would try all that follow it
        while (end <= run.length && known(run.slice(start, end))) end += 1;
        end -= 1;
        if (end - start >= least) pieces.push(run.slice(start, end));
        else end = start + 1;
        start = end;
      }
    }
    return pieces;
  }

  // As many of the pieces, from the first on, as some passage holds together.
  function together(pieces, all) {
    let left = all;
    const none = pieces.findIndex((word) => {
      const pattern = holder(word);
      left = left.filter(({ forms, about, body }) => [...forms, about, body].some((text) => holds(text, { pattern })));
      return !left.length;
    });
    return none < 0 ? pieces : pieces.slice(0, none);
  }

  // The text around the first word, with all words marked.
  function marked(text, wanted, whole) {
    const { text: made, places } = folded(text);
    const found = wanted.flatMap(({ pattern }) => [...made.matchAll(pattern)].map((hit) => [hit.index, hit.index + hit[0].length]));
    found.sort((a, b) => a[0] - b[0]);
    const spans = found.map(([start, end]) => [places[start], places[end - 1] + 1]);
    const from = whole ? 0 : Math.max(0, (spans[0]?.[0] ?? 0) - AROUND);
    const to = whole ? text.length : Math.min(text.length, from + LENGTH);
    const pieces = [from ? "…" : ""];
    let at = from;
    for (const [start, end] of spans) {
      if (start < at || end > to) continue;
      pieces.push(text.slice(at, start), element("mark", text.slice(start, end)));
      at = end;
    }
    return [...pieces, text.slice(at, to), to < text.length ? "…" : ""];
  }

  const element = (tag, ...inner) => {
    const made = document.createElement(tag);
    made.append(...inner);
    return made;
  };

  function item({ page, title, anchor, name, text, wanted }) {
    const link = element("a", ...marked(name, wanted, true));
    link.href = `${page}.html${anchor && `#${anchor}`}`;
    const terms = wanted.map(({ word }) => word).join(" "); // Sphinx marks them on the page that is opened next
    link.addEventListener("click", () => localStorage.setItem("sphinx_highlight_terms", terms));
    const made = element("li", link, ...(anchor ? [element("span", ` ${title}`)] : []));
    if (text) made.append(Object.assign(element("p", ...marked(text, wanted)), { className: "context" }));
    return made;
  }

  document.addEventListener("DOMContentLoaded", async () => {
    document.addEventListener("keydown", toSearch);
    const place = document.getElementById("search-results");
    const query = new URLSearchParams(location.search).get("q");
    if (!place || !query) return; // only the search page searches
    for (const field of document.querySelectorAll("input[name='q']")) field.value = query;
    await window.cixiLoad("passages.js"); // a megabyte: loaded only for a query
    const [hits, pieces] = search(query);
    const none = `没有找到“${query}”。${hits.length ? "" : "换一种说法，或少写几个字再试。"}`;
    const more = hits.length > MOST ? `，列出最相近的 ${MOST} 处` : "";
    const counted = hits.length ? `${pieces && `含有${pieces}的：`}找到 ${hits.length} 处${more}。` : "";
    const told = element("p", pieces || !hits.length ? none : "", counted);
    told.className = "search-summary";
    told.setAttribute("role", "status");
    const list = Object.assign(element("ul", ...hits.slice(0, MOST).map(item)), { className: "search" });
    place.append(told, list);
  });

  // “/” leads to the search, as Ctrl+K does (the theme's own); not while something is being typed.
  function toSearch(event) {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing) return;
    const field = [...document.querySelectorAll("input[name='q']")].find((one) => one.checkVisibility());
    event.preventDefault();
    if (field) field.focus();
    else document.dispatchEvent(new KeyboardEvent("keydown", { key: "k", ctrlKey: true, bubbles: true }));
  }
})();
