// Sphinx cuts its index into Chinese words (jieba) but not the query, so that 利用率 is found and
// 化肥利用率 is not. Here the query is cut by the words of the index, longest first, and a page
// must hold them all.
"use strict";

var splitQuery = (query) =>
  (query.match(/\p{Script=Han}+|[\p{Letter}\p{Number}_]+/gu) || []).flatMap((run) =>
    /\p{Script=Han}/u.test(run) ? cutByIndex(run) : [run]
  );

function cutByIndex(run) {
  const known = (word) =>
    Object.hasOwn(Search._index.terms, word) || Object.hasOwn(Search._index.titleterms, word);
  const words = [];
  let unknown = "";
  const endUnknown = () => {
    // The index has no words of one character (新, 的); more of them in a row is a word it lacks.
    if (unknown.length > 2) words.push(unknown);
    unknown = "";
  };
  for (let start = 0; start < run.length; ) {
    let end = run.length;
    while (end > start + 1 && !known(run.slice(start, end))) end -= 1;
    if (end === start + 1) {
      unknown += run[start];
    } else {
      endUnknown();
      words.push(run.slice(start, end));
    }
    start = end;
  }
  endUnknown();
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
