// Sphinx cuts its index into Chinese words (jieba) but not the query, so that 利用率 is found and
// 化肥利用率 is not. Here the query is cut by the words of the index, longest first, and a page
// must hold them all. What the index has no word for (a single character, 村占比) is passed over,
// unless the query is nothing else.
"use strict";

var splitQuery = (query) => {
  const runs = query.match(/\p{Script=Han}+|(?:(?!\p{Script=Han})[\p{Letter}\p{Number}_])+/gu) || [];
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

document.addEventListener("DOMContentLoaded", () => {
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
});
