// Permanent addresses: a page, and every row of an indicator, an item or a project, can be linked to and cited. A "#"
// beside it (the theme's own sign for headings) opens a small panel with the link and a citation to copy.
"use strict";

// A panel after ``place`` with texts to copy (name → text), and a page to open; ``back`` gets the focus again.
window.cixiAddress = (place, name, texts, back, page) => {
  document.querySelector(".cixi-address")?.remove();
  const panel = document.createElement("div");
  panel.className = "cixi-address";
  panel.setAttribute("role", "dialog");
  panel.setAttribute("aria-label", name);
  const status = document.createElement("p");
  status.setAttribute("role", "status");
  const close = () => {
    panel.remove();
    back.focus({ preventScroll: true });
  };
  const open = page ? [Object.assign(document.createElement("a"), { href: page, target: "_blank", textContent: "打开" })] : [];
  const last = document.createElement("p");
  last.append(...open, button("关闭", close));
  panel.append(...Object.entries(texts).map(([what, text]) => field(what, text, status)), status, last);
  panel.addEventListener("keydown", (event) => event.key === "Escape" && close());
  place.after(panel);
  panel.querySelector("button").focus({ preventScroll: true });

  function button(text, action) {
    const made = document.createElement("button");
    Object.assign(made, { type: "button", textContent: text });
    made.addEventListener("click", action);
    return made;
  }

  function field(what, value, status) {
    const row = document.createElement("p");
    const box = document.createElement("input");
    Object.assign(box, { type: "text", readOnly: true, value });
    box.setAttribute("aria-label", what);
    const done = async () => {
      status.textContent = (await copied(box)) ? `${what}已复制。` : "不能自动复制：已选中，请按 Ctrl+C。";
    };
    row.append(box, button(`复制${what}`, done));
    return row;
  }

  // From a folder a browser may refuse the clipboard; then execCommand, and then manual copying from the field.
  async function copied(box) {
    try {
      await navigator.clipboard.writeText(box.value);
      return true;
    } catch {
      box.select();
      return document.execCommand("copy");
    }
  }
};

document.addEventListener("DOMContentLoaded", () => {
  const article = document.querySelector(".bd-article");
  const heading = article?.querySelector("h1");
  if (!heading) return;
  const meta = (name) => document.querySelector(`meta[name="cixi-${name}"]`)?.content || "";
  let edition; // the promise of the book's edition: no page holds it, so that another commit leaves pages as they are
  const ADDRESSES = /^(item|indicator|project)-(\d+)(-\d+)?$/;

  for (const place of article.querySelectorAll("tr[id], td[id]")) {
    if (!ADDRESSES.test(place.id)) continue;
    const sign = document.createElement("a");
    Object.assign(sign, { className: "headerlink", href: `#${place.id}`, textContent: "#", title: "链接与引文" });
    sign.setAttribute("aria-label", `${label(place)}：链接与引文`);
    (place.matches("tr") ? nameCell(place) : place).append(sign);
  }
  heading.querySelector(".headerlink")?.setAttribute("title", "链接与引文");
  heading.querySelector(".headerlink")?.setAttribute("aria-label", "本页：链接与引文");
  article.addEventListener("click", (event) => {
    const sign = event.target.closest("h1 > .headerlink, td > .headerlink");
    // The browser goes to the address first, which moves the focus.
    if (sign && !event.ctrlKey && !event.metaKey && !event.shiftKey) setTimeout(() => open(sign));
  });

  function nameCell(row) {
    return row.querySelector(":scope > td.name") || row.cells[1];
  }

  function text(element) {
    const copy = element.cloneNode(true);
    copy.querySelectorAll("small, .headerlink").forEach((part) => part.remove());
    copy.querySelectorAll("br").forEach((part) => part.replaceWith("\n"));
    return copy.textContent.trim();
  }

  // 指标9 环境空气质量, 指标9 ②PM2.5浓度下降幅度, 项目12 …
  function label(place) {
    const [, kind, number] = place.id.match(ADDRESSES);
    const name = text(nameCell(place.closest("tr")));
    const shown = kind === "indicator" ? name.split("\n")[0].replace(/：$/, "") : name.replaceAll("\n", "");
    return `${kind === "project" ? "项目" : "指标"}${number} ${shown.replace(/\*+$/, "")}`;
  }

  async function open(sign) {
    edition ??= cixiLoad("edition.js").then(() => window.cixiEdition, () => "");
    const version = await edition;
    const place = sign.closest("h1") ? null : document.getElementById(sign.hash.slice(1));
    const anchor = place ? `#${place.id}` : "";
    const link = window.location.href.replace(/[?#].*$/, "") + anchor;
    // Opened from a folder, the link is that of this copy; a citation tells the place inside the book.
    const address = window.location.protocol === "file:" ? `${DOCUMENTATION_OPTIONS.pagename}.html${anchor}` : link;
    const stage = article.querySelector(".cixi-banner")?.textContent.split("：")[0].trim(); // 初稿, 复核稿, 回看
    const title = text(heading).replace(/（\d{4} 年）/, "") + (stage ? `（${stage}）` : "");
    const citation = [
      meta("title"),
      ...(meta("year") && !title.includes(meta("year")) ? [`${meta("year")}年`] : []),
      title,
      ...(place ? [label(place)] : []),
      address,
      ...(version ? [`版本${version}`] : []),
    ];
    cixiAddress(sign, "链接与引文", { "链接": link, "引文": `${citation.join("，")}。` }, sign);
  }
});
