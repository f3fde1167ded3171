// Sphinx cuts its index into Chinese words (jieba) but not the query, so that 利用率 is found and
// 化肥利用率 is not. Here
// 1. names come first: page titles and what the pages call findable (names.js: indicators, items,
//    projects, units …), whole or any part of them;
// 2. then Sphinx's hits, for which the query is cut by the words of the index, longest first, and a
//    page must hold them all. What the index has no word for (a single character) is passed over,
//    unless the query is nothing else.
"use strict";

const NUMBER = /^\d+(?:[.,]\d+)*%?$/;

var splitQuery = (query) => {
  const runs = query.match(/\p{Script=Han}+|\d+(?:[.,]\d+)*%?|(?:(?!\p{Script=Han})[\p{Letter}\p{Number}_])+/gu) || [];
  const known = runs.flatMap((run) => (/\p{Script=Han}/u.test(run) ? cutByIndex(run) : run.length > 1 ? [run] : []));
  return known.length ? known : runs;
};

function cutByIndex(run) {
  const known = (word) =>
    Object.hasOwn(Search._index.terms, word) || Object.hasOwn(Search._index.titleterms, word);
  const words = [];
  for (let start = 0; start < run.length; ) {
    let end = run.length;
    while (end > start + 1 && !known(run.slice(start, end))) end -= 1;
    if (end > start + 1) words.push(run.slice(start, end));
    start = end;
  }
  return words;
}

// Full-width forms, case, spaces and punctuation make no difference, except inside a number.
const plain = (text) => text.normalize("NFKC").toLowerCase().replace(/\s|(?<!\d)\p{P}|\p{P}(?!\d)/gu, "");

// Words are held as any part of a name, numbers only whole: 40.7 is not in 84.07.
function holder(word) {
  const literal = word.replace(/[.*+?^${}()|[\]\\\/]/g, "\\$&");
  return new RegExp(NUMBER.test(word) ? `(?<![\\d.,])${literal}(?!\\d|[.,]\\d)` : literal, "u");
}

// Names that hold every word of the query: [docname, title, anchor, description, score], best first.
function namesLike(query) {
  const words = query.trim().split(/\s+/).map(plain).filter(Boolean);
  if (!words.length) return [];
  const holders = words.map(holder);
  const hits = [];
  (window.cixiNames || []).forEach(([page, title, names], order) => {
    // A title's leading number (38 农村生活污水治理率) is not what a reader types.
    const titled = [title, "", null, 0.5];
    for (const [name, anchor, shown, more] of [titled, ...names.map(([name, id]) => [name, `#${id}`, title, 0])]) {
      const forms = [name, ...name.split(" / "), name.replace(/^[\d.]+[①-⑳]?\s*/, "")].map(plain);
      if (!holders.every((word) => forms.some((form) => word.test(form)))) continue;
      const whole = words.join("");
      const fit = forms.includes(whole) ? 3 : forms.some((form) => form.startsWith(whole)) ? 2 : 1;
      hits.push({ item: [page, escaped(name), anchor, shown && escaped(shown)], rank: [fit + more, -name.length, -order] });
    }
  });
  hits.sort((a, b) => b.rank[0] - a.rank[0] || b.rank[1] - a.rank[1] || b.rank[2] - a.rank[2]);
  return hits.map(({ item }, n) => [...item, 1e6 - n, `${item[0]}.html`]);
}

function escaped(text) {
  return Object.assign(document.createElement("i"), { textContent: text }).innerHTML;
}

document.addEventListener("DOMContentLoaded", () => {
  document.addEventListener("keydown", toSearch);
  if (typeof Search === "undefined") return; // only the search page searches
  // A page opened from a folder may not fetch another one for an excerpt.
  DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = window.location.protocol !== "file:";
  const textOf = Search.htmlToText;
  Search.htmlToText = (html, anchor) => textOf(html.replace(/<details[^]*?<\/details>/g, ""), anchor); // no code
  // Of equally good pages the newest year comes first.
  Scorer.score = ([page, , , , score]) => score + Number((page.match(/\/(\d{4})\//) || [0, 0])[1]) / 1e4;
  const pagesWith = Search.performTermsSearch;
  Search.performTermsSearch = (words, excluded) => {
    const [first, ...others] = [...words].map((word) => pagesWith(new Set([word]), excluded));
    const holds = (pages, page) => pages.some(([name]) => name === page[0]);
    return (first || []).filter((page) => others.every((pages) => holds(pages, page)));
  };
  // Sphinx passes over numbers that are nothing but digits; here a reader may look for one.
  const parse = Search._parseQuery;
  Search._parseQuery = (query) => {
    const parsed = parse(query);
    for (const word of splitQuery(query.trim())) if (NUMBER.test(word)) parsed[1].add(word);
    return parsed;
  };
  const perform = Search._performSearch;
  Search._performSearch = (query, ...terms) => {
    const names = namesLike(query);
    const titles = new Set(names.filter(([, , anchor]) => !anchor).map(([page]) => page));
    const others = perform(query, ...terms).filter(([page, , anchor]) => anchor || !titles.has(page));
    return [...others, ...names.reverse()]; // taken from the end
  };
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
